import { listParams, SIZES, type UserListQuery, userListHref } from '../_models/user-list-query.ts'

type PaginationProps = { query: UserListQuery; count: number; pageCount: number; isCountExact: boolean }

const NEIGHBORS = 2

/** Links to the other pages of the list, and to other page sizes. */
export function Pagination({ query, count, pageCount, isCountExact }: PaginationProps) {
  if (count <= SIZES[0]) return null
  return (
    <>
      {!isCountExact && query.page === pageCount && (
        <p className="text-muted text-sm">
          Only the first {count.toLocaleString('en')} are listed. Add a word or an age range to see the rest.
        </p>
      )}
      <div className="pagination">
        {pageCount > 1 && <Pages query={query} pageCount={pageCount} isCountExact={isCountExact} />}
        <Sizes query={query} />
        {pageCount > 2 * NEIGHBORS + 1 && <GoToPage query={query} pageCount={pageCount} />}
      </div>
    </>
  )
}

function Pages({ query, pageCount, isCountExact }: Omit<PaginationProps, 'count'>) {
  const { page } = query
  const hrefOf = (number: number) => userListHref(query, { page: number })
  return (
    <nav aria-label="Pages">
      {page > 1 && (
        <>
          <link rel="prev" href={hrefOf(page - 1)} />
          <a href={hrefOf(1)}>First</a>
          <a href={hrefOf(page - 1)} rel="prev">
            Previous
          </a>
        </>
      )}
      {listPageNumbers(page, pageCount).map((number) => (
        <a
          key={number}
          href={hrefOf(number)}
          aria-label={`Page ${number.toLocaleString('en')}`}
          aria-current={number === page ? 'page' : undefined}
        >
          {number.toLocaleString('en')}
        </a>
      ))}
      {page < pageCount && (
        <>
          <link rel="next" href={hrefOf(page + 1)} />
          <a href={hrefOf(page + 1)} rel="next">
            Next
          </a>
          {/* With more matches than are counted, the last page of the list is not the last of the matches. */}
          {isCountExact && <a href={hrefOf(pageCount)}>Last</a>}
        </>
      )}
    </nav>
  )
}

function Sizes({ query }: { query: UserListQuery }) {
  return (
    <nav aria-label="People per page">
      <span aria-hidden="true">Per page</span>
      {SIZES.map((size) => (
        <a
          key={size}
          href={userListHref(query, { size })}
          aria-label={`${size} per page`}
          aria-current={size === query.size ? 'true' : undefined}
        >
          {size}
        </a>
      ))}
    </nav>
  )
}

function GoToPage({ query, pageCount }: { query: UserListQuery; pageCount: number }) {
  return (
    <form action={userListHref()}>
      {listParams(query).map(([name, value]) => name !== 'page' && <input key={name} type="hidden" name={name} value={value} />)}
      <label htmlFor="page">Page</label>
      <input id="page" name="page" type="number" min={1} max={pageCount} required autoComplete="off" className="field w-22" />
      <span>of {pageCount.toLocaleString('en')}</span>
      <button type="submit" className="button-quiet">
        Go
      </button>
    </form>
  )
}

/** `page` and two neighbors on either side; near an end, more on the other side. */
export function listPageNumbers(page: number, pageCount: number): number[] {
  const first = Math.max(1, Math.min(page - NEIGHBORS, pageCount - 2 * NEIGHBORS))
  const last = Math.min(pageCount, first + 2 * NEIGHBORS)
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}
