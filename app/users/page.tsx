import type { Metadata } from 'next'
import { listUsers } from '../_models/user.ts'
import { parseUserListQuery, type SearchParams, userListHref } from '../_models/user-list-query.ts'
import { PageBeyondEnd } from '../_views/page-beyond-end.tsx'
import { Pagination } from '../_views/pagination.tsx'
import { SearchForm } from '../_views/search-form.tsx'
import { UserListEmpty } from '../_views/user-list-empty.tsx'
import { UserListHeading } from '../_views/user-list-heading.tsx'
import { UserTable } from '../_views/user-table.tsx'
import { setStatusNotFound } from '../page-status.ts'

type UserListPageProps = { searchParams: Promise<SearchParams> }

export async function generateMetadata({ searchParams }: UserListPageProps): Promise<Metadata> {
  const query = parseUserListQuery(await searchParams)
  const name = query.q === '' ? 'People' : `People matching “${query.q}”`
  return {
    title: query.page === 1 ? name : `${name}, page ${query.page}`,
    description: 'Everyone in the directory: username, e-mail and age, to search and sort.',
    alternates: { canonical: userListHref(query) },
  }
}

export default async function UserListPage({ searchParams }: UserListPageProps) {
  const query = parseUserListQuery(await searchParams)
  const { users, count, pageCount } = await listUsers(query)
  const isBeyondEnd = query.page > pageCount
  if (isBeyondEnd) setStatusNotFound()
  return (
    <div className="grid grid-cols-1 gap-6">
      <UserListHeading query={query} count={count} />
      <SearchForm query={query} />
      {isBeyondEnd ? (
        <PageBeyondEnd query={query} pageCount={pageCount} />
      ) : users.length > 0 ? (
        <UserTable users={users} query={query} />
      ) : (
        <UserListEmpty query={query} />
      )}
      {!isBeyondEnd && <Pagination query={query} pageCount={pageCount} />}
    </div>
  )
}
