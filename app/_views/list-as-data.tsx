import { listDataHref, type UserListQuery } from '../_models/user-list-query.ts'

/** Links to the whole list, all pages of it, for programs and spreadsheets. */
export function ListAsData({ query }: { query: UserListQuery }) {
  const links = [
    { name: 'CSV', href: listDataHref('csv', query) },
    { name: 'Excel', href: listDataHref('csv', query, { for: 'excel' }) },
    { name: 'JSON', href: listDataHref('json', query) },
    { name: 'vCard', href: listDataHref('vcf', query) },
  ]
  return (
    <nav aria-label="This list as data" className="flex flex-wrap items-center gap-x-4 text-muted text-sm">
      <span aria-hidden="true">Download the whole list</span>
      {links.map(({ name, href }) => (
        <a key={name} href={href} rel="nofollow" className="py-1.5 text-accent hover:underline">
          {name}
        </a>
      ))}
    </nav>
  )
}
