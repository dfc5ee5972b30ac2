import type { UserRow } from '../_models/user.ts'
import { Panel } from './panel.tsx'
import { isBlank } from './plain-text.ts'
import { UserAge } from './user-age.tsx'
import { UserName } from './user-name.tsx'

export function UserProfile({ user }: { user: UserRow }) {
  return (
    <Panel>
      <h1 className="written-text font-semibold text-3xl leading-tight tracking-tight sm:text-4xl">
        <UserName user={user} />
      </h1>
      <dl className="mt-8 grid grid-cols-1 gap-x-10 gap-y-5 sm:grid-cols-[auto_minmax(0,1fr)]">
        <dt className="text-muted">Email</dt>
        <dd className="written-text max-sm:-mt-5">
          {isBlank(user.email) ? (
            <span className="text-muted">not visible</span>
          ) : (
            <a href={`mailto:${encodeURIComponent(user.email).replace('%40', '@')}`}>
              <bdi>{user.email}</bdi>
            </a>
          )}
        </dd>
        <dt className="text-muted">Age</dt>
        <dd className="tabular-nums max-sm:-mt-4">
          <UserAge age={user.age} />
        </dd>
        <dt className="text-muted">ID</dt>
        <dd className="tabular-nums max-sm:-mt-4">{user.id}</dd>
      </dl>
    </Panel>
  )
}
