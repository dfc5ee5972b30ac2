import { userListHref } from '../_models/user-list-query.ts'

/** The link back to the list at `href`. */
export function BackLink({ href }: { href: string }) {
  return (
    <nav aria-label="Back">
      <a href={href}>← {href === userListHref() ? 'All people' : 'Back to the list'}</a>
    </nav>
  )
}
