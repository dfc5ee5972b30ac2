import type { UserRow } from '../_models/user.ts'
import { userListHref, userProfileHref } from '../_models/user-list-query.ts'
import { InitialsDisc } from './initials-disc.tsx'
import { UserName } from './user-name.tsx'

const NEWEST_FIRST = { dir: 'desc' } as const

/** Cards of the people who were added last. */
export function NewestPeople({ users }: { users: UserRow[] }) {
  return (
    <section aria-labelledby="newest" className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="newest" className="text-lg">
          Newest people
        </h2>
        <a href={userListHref(NEWEST_FIRST)} className="py-1 text-accent text-sm hover:underline">
          Show all<span className="sr-only"> people, newest first</span>
        </a>
      </div>
      <ul className="people-cards">
        {users.map((user) => (
          <li key={user.id}>
            <a href={userProfileHref(user.id, NEWEST_FIRST)}>
              <InitialsDisc name={user.username} />
              <span>
                <UserName user={user} />
                {user.email !== undefined && (
                  <small>
                    <bdi>{user.email}</bdi>
                  </small>
                )}
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
