// biome-ignore-all lint/a11y/noRedundantRoles: on a phone the rows are not laid out as a table, and Safari drops the roles with the layout
import type { Search } from '../_models/search-words.ts'
import type { UserRow } from '../_models/user.ts'
import { type Sort, sortedColumn, type UserListQuery, userListHref, userProfileHref } from '../_models/user-list-query.ts'
import { InitialsDisc } from './initials-disc.tsx'
import { MarkedText } from './marked-text.tsx'
import { UserAge } from './user-age.tsx'
import { UserName } from './user-name.tsx'

const COLUMNS: { sort: Sort; label: string }[] = [
  { sort: 'id', label: 'ID' },
  { sort: 'username', label: 'Username' },
  { sort: 'email', label: 'Email' },
  { sort: 'age', label: 'Age' },
]

type UserTableProps = { users: UserRow[]; query: UserListQuery; search: Search }

/** Laid out by user-table.css. */
export function UserTable({ users, query, search }: UserTableProps) {
  return (
    <table role="table" className="user-table">
      <caption className="sr-only">People</caption>
      <thead role="rowgroup">
        <tr role="row">
          {COLUMNS.map((column) => (
            <SortHeader key={column.sort} {...column} query={query} />
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
            <td role="cell">
              <MarkedText text={user.email} search={search} />
            </td>
            <td role="cell">
              <UserAge age={user.age} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type SortHeaderProps = (typeof COLUMNS)[number] & { query: UserListQuery }

function SortHeader({ sort, label, query }: SortHeaderProps) {
  const isSorted = sort === sortedColumn(query)
  const isAscending = query.dir === 'asc'
  return (
    <th role="columnheader" scope="col" aria-sort={isSorted ? (isAscending ? 'ascending' : 'descending') : 'none'}>
      <a href={userListHref(query, { sort, dir: isSorted && isAscending ? 'desc' : 'asc' })}>
        {label}
        {isSorted && <span aria-hidden="true">{isAscending ? ' ↑' : ' ↓'}</span>}
      </a>
    </th>
  )
}
