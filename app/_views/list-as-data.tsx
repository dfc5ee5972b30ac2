import { listDataHref, type UserListQuery } from '../_models/user-list-query.ts'

const LINK = 'inline-block px-1 py-2 underline underline-offset-4 hover:text-accent'

/** Links to the whole list, all pages of it, for programs and spreadsheets. */
export function ListAsData({ query }: { query: UserListQuery }) {
  const links = [
    { name: 'CSV', href: listDataHref('csv', query) },
    { name: 'Excel', href: listDataHref('csv', query, { for: 'excel' }) },
    { name: 'JSON', href: listDataHref('json', query) },
    { name: 'vCard', href: listDataHref('vcf', query) },
  ]
  return (
    <nav aria-label="This list as data" className="flex flex-wrap items-center justify-center gap-x-3 text-muted text-sm">
      <span aria-hidden="true">The whole list as</span>
      {links.map(({ name, href }) => (
        <a key={name} href={href} rel="nofollow" className={LINK}>
          {name}
        </a>
      ))}
    </nav>
  )
}
