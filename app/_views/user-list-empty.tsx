import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { Panel } from './panel.tsx'

export function UserListEmpty({ query }: { query: UserListQuery }) {
  return (
    <Panel>
      {query.q === '' ? (
        <p>
          There is nobody here yet. Add people in Prisma Studio (<code>npx prisma studio</code>), or some for a first look with{' '}
          <code>npx prisma db seed</code>.
        </p>
      ) : (
        <p>
          Nobody matches. Try fewer letters, or look through <a href={userListHref(query, { q: '' })}>all people</a>.
        </p>
      )}
    </Panel>
  )
}
