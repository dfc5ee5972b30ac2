/** How to put people into a directory that has none. */
export function EmptyDirectory() {
  return (
    <div className="card grid max-w-2xl grid-cols-1 gap-4">
      <h2 className="text-lg">There is no one here yet</h2>
      <p className="text-muted">The operator of this site can add people in one of these ways. They show here within a second.</p>
      <dl className="grid grid-cols-1 gap-3">
        <div>
          <dt>From a file: CSV as Excel writes it, JSON or vCards</dt>
          <dd>
            <code>npx roster import people.csv</code>
          </dd>
        </div>
        <div>
          <dt>One by one, in Prisma Studio</dt>
          <dd>
            <code>npx prisma studio</code>
          </dd>
        </div>
        <div>
          <dt>Sample people, to try it</dt>
          <dd>
            <code>npx prisma db seed</code>
          </dd>
        </div>
      </dl>
    </div>
  )
}
