import type { Metadata } from 'next'
import { readSearch } from '../_models/user.ts'
import { isNarrowed, listDataHref, parseUserListQuery, type SearchParams, userListHref } from '../_models/user-list-query.ts'
import { findDocumentTag } from '../_request/answer.ts'
import { setStatusNotFound } from '../_request/page-status.ts'
import { readUserPage } from '../_request/routes.ts'
import { canonicalUrl } from '../_site/canonical-url.ts'
import { readSite } from '../_site/site.ts'
import { ActiveFilters } from '../_views/active-filters.tsx'
import { AgeFilter } from '../_views/age-filter.tsx'
import { formatShown } from '../_views/format.ts'
import { IgnoredParameters } from '../_views/ignored-parameters.tsx'
import { ListAsData } from '../_views/list-as-data.tsx'
import { ListTooBroad } from '../_views/list-too-broad.tsx'
import { LivePage } from '../_views/live-page.tsx'
import { PageBeyondEnd } from '../_views/page-beyond-end.tsx'
import { Pagination } from '../_views/pagination.tsx'
import { quoteSearchPlainly } from '../_views/quoted-search.tsx'
import { SearchForm } from '../_views/search-form.tsx'
import { UserListEmpty } from '../_views/user-list-empty.tsx'
import { UserListHeading } from '../_views/user-list-heading.tsx'
import { UserTable } from '../_views/user-table.tsx'

type UserListPageProps = { searchParams: Promise<SearchParams> }

export async function generateMetadata({ searchParams }: UserListPageProps): Promise<Metadata> {
  const { hiddenFields } = readSite()
  const { query } = parseUserListQuery(await searchParams, hiddenFields)
  const name = query.q === '' ? 'People' : `People matching ${quoteSearchPlainly(query.q)}`
  return {
    title: query.page === 1 ? name : `${name}, page ${query.page}`,
    description: `Everyone in the directory: ${formatShown(['username', 'email', 'age'], hiddenFields)}, to search and sort.`,
    alternates: {
      canonical: canonicalUrl(userListHref(query)),
      types: {
        'text/csv': listDataHref('csv', query),
        'application/json': listDataHref('json', query),
        'application/x-ndjson': listDataHref('ndjson', query),
        'text/vcard': listDataHref('vcf', query),
      },
    },
    // Search engines need each person once: not every search, order and page size.
    ...(userListHref(query) !== userListHref({ page: query.page }) && { robots: { index: false } }),
  }
}

export default async function UserListPage({ searchParams }: UserListPageProps) {
  const { hiddenFields } = readSite()
  const { query, ignored } = parseUserListQuery(await searchParams, hiddenFields)
  const page = await readUserPage(query)
  const search = await readSearch(query.q)
  const { users, count, pageCount, histogram, isCountExact, isTooBroad } = page
  const isBeyondEnd = !isTooBroad && query.page > pageCount
  if (isBeyondEnd) setStatusNotFound()
  return (
    <div className="grid grid-cols-1 gap-4">
      <LivePage tag={findDocumentTag()} updatedText="The list was updated." changedText="The list has changed." />
      <UserListHeading query={query} page={page} words={search.words} hiddenFields={hiddenFields} />
      <SearchForm query={query} isLive hiddenFields={hiddenFields} />
      <IgnoredParameters ignored={ignored} />
      <ActiveFilters query={query} />
      <div className="user-list">
        {!hiddenFields.includes('age') && (count > 0 || isNarrowed(query)) && <AgeFilter query={query} histogram={histogram} />}
        <div className="list-results">
          {isTooBroad ? (
            <>
              <ListTooBroad query={query} hiddenFields={hiddenFields} />
              <ListAsData query={query} />
            </>
          ) : isBeyondEnd ? (
            <PageBeyondEnd query={query} pageCount={pageCount} isCountExact={isCountExact} />
          ) : users.length > 0 ? (
            <>
              <UserTable users={users} query={query} search={search} hiddenFields={hiddenFields} />
              <Pagination query={query} count={count} pageCount={pageCount} isCountExact={isCountExact} />
              <ListAsData query={query} />
            </>
          ) : (
            <UserListEmpty query={query} words={search.words} hiddenFields={hiddenFields} />
          )}
        </div>
      </div>
    </div>
  )
}
