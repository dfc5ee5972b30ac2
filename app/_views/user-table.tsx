// biome-ignore-all lint/a11y/noRedundantRoles: on a phone the rows are not laid out as a table, and Safari drops the roles with the layout

import type { Search } from '../_models/search-words.ts'
import type { UserRow } from '../_models/user.ts'
import { listSorts, type Sort, sortedColumn, type UserListQuery, userListHref, userProfileHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { InitialsDisc } from './initials-disc.tsx'
import { MarkedText } from './marked-text.tsx'
import { UserAge } from './user-age.tsx'
import { UserName } from './user-name.tsx'

const LABELS: Record<Sort, string> = { id: 'ID', username: 'Username', email: 'Email', age: 'Age' }

type UserTableProps = { users: UserRow[]; query: UserListQuery; search: Search; hiddenFields: HideableField[] }

/** Laid out by user-table.css. */
export function UserTable({ users, query, search, hiddenFields }: UserTableProps) {
  const shows = (field: HideableField) => !hiddenFields.includes(field)
  return (
    <table role="table" className={`user-table${shows('email') ? ' has-email' : ''}${shows('age') ? ' has-age' : ''}`}>
      <caption className="sr-only">People</caption>
      <thead role="rowgroup">
        <tr role="row">
          {listSorts(hiddenFields).map((sort) => (
            <SortHeader key={sort} sort={sort} query={query} />
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {users.map((user) => (
          <tr key={user.id} role="row">
            <td role="cell">{user.id}</td>
            <td role="cell">
              <a href={userProfileHref(user.id, query)}>
                <InitialsDisc name={user.username} />
                <UserName user={user} search={search} />
              </a>
            </td>
            {user.email !== undefined && (
              <td role="cell">
                <MarkedText text={user.email} search={search} />
              </td>
            )}
            {user.age !== undefined && (
              <td role="cell">
                <UserAge age={user.age} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type SortHeaderProps = { sort: Sort; query: UserListQuery }

function SortHeader({ sort, query }: SortHeaderProps) {
  const isSorted = sort === sortedColumn(query)
  const isAscending = query.dir === 'asc'
  return (
    <th role="columnheader" scope="col" aria-sort={isSorted ? (isAscending ? 'ascending' : 'descending') : 'none'}>
      <a href={userListHref(query, { sort, dir: isSorted && isAscending ? 'desc' : 'asc' })}>
        {LABELS[sort]}
        {isSorted && <span aria-hidden="true">{isAscending ? ' ↑' : ' ↓'}</span>}
      </a>
    </th>
  )
}
