import type { UserListQuery } from '../_models/user-list-query.ts'
import { formatCount } from './format-count.ts'

type UserListHeadingProps = { query: UserListQuery; count: number }

export function UserListHeading({ query, count }: UserListHeadingProps) {
  return (
    <div className="grid gap-1">
      <h1 className="font-semibold text-3xl leading-tight tracking-tight">People</h1>
      <p className="wrap-anywhere text-muted">
        {query.q === '' ? (
          `${formatCount(count)} in all`
        ) : (
          <>
            {formatCount(count)} with “<bdi>{query.q}</bdi>” in the username or e-mail
          </>
        )}
      </p>
    </div>
  )
}
