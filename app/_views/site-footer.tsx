export function SiteFooter() {
  return (
    <footer className="border-line border-t">
      <p className="mx-auto max-w-5xl px-4 py-6 text-muted text-sm sm:px-8">
        Roster shows the people in a database as they are at this moment.
      </p>
    </footer>
  )
}
