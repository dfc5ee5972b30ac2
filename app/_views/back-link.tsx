import { isNarrowed, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { UserPlace } from '../_models/user-place.ts'
import { formatAgeRange, formatCount } from './format.ts'
import { QuotedSearch } from './quoted-search.tsx'

type BackLinkProps = { query: UserListQuery | null; place: UserPlace | null }

/** The link from a person back to the page of the list that shows them; to all people where no list is known. */
export function BackLink({ query, place }: BackLinkProps) {
  return (
    <nav aria-label="Back" className="written-text min-w-0">
      <a href={userListHref(query ?? {}, query ? { page: place?.page ?? query.page } : {})} className="hover:text-accent hover:underline">
        <span aria-hidden="true">← </span>
        {query === null ? (
          'All people'
        ) : place === null || place.count === 0 ? (
          'Back to the list'
        ) : (
          <ListName query={query} place={place} />
        )}
      </a>
    </nav>
  )
}

function ListName({ query, place: { count, isCountExact } }: { query: UserListQuery; place: UserPlace }) {
  if (!isNarrowed(query)) return count === 1 ? 'All people' : `All ${formatCount(count)}`
  const { q, age_min, age_max, age } = query
  return (
    <>
      {isCountExact ? '' : 'More than '}
      {formatCount(count)}
      {(age_min !== null || age_max !== null) && ` aged ${formatAgeRange(age_min, age_max)}`}
      {age !== null && ' without an age'}
      {q !== '' && (
        <>
          {' matching '}
          <QuotedSearch text={q} />
        </>
      )}
    </>
  )
}
