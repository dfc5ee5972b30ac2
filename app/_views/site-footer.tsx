import type { Site } from '../_site/site.ts'

type SiteFooterProps = { site: Pick<Site, 'name' | 'links'> }

export function SiteFooter({ site: { name, links } }: SiteFooterProps) {
  return (
    <footer className="border-line border-t text-muted text-sm">
      <div className="page-width flex flex-wrap items-center justify-between gap-x-6 gap-y-1 py-4">
        <p>{name}</p>
        <nav aria-label="About this site" className="flex flex-wrap gap-x-6">
          {links.map(({ text, href }) => (
            <a key={text} href={href} className="py-1.5 hover:text-ink hover:underline">
              {text}
            </a>
          ))}
          <a href="/openapi.json" className="py-1.5 hover:text-ink hover:underline">
            Data for programs
          </a>
        </nav>
      </div>
    </footer>
  )
}
