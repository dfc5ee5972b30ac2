import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'

type PaginationProps = { query: UserListQuery; pageCount: number }

const LINK = 'grid min-h-10 min-w-10 place-content-center rounded-lg px-2 tabular-nums hover:bg-tint hover:text-accent'

export function Pagination({ query, pageCount }: PaginationProps) {
  if (pageCount === 1) return null
  const { page } = query
  return (
    <nav aria-label="Pages" className="mt-6 flex flex-wrap items-center justify-center gap-1 text-sm">
      {page > 1 && (
        <a href={userListHref(query, { page: page - 1 })} rel="prev" className={LINK}>
          Previous
        </a>
      )}
      {listPageNumbers(page, pageCount).map((number, index) =>
        number === null ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a gap has no identity but its place
          <span key={`gap-${index}`} aria-hidden="true" className="px-1 text-muted">
            …
          </span>
        ) : (
          <a
            key={number}
            href={userListHref(query, { page: number })}
            aria-label={`Page ${number}`}
            aria-current={number === page ? 'page' : undefined}
            className={`${LINK} ${number === page ? 'bg-tint font-semibold text-accent' : ''}`}
          >
            {number.toLocaleString('en')}
          </a>
        ),
      )}
      {page < pageCount && (
        <a href={userListHref(query, { page: page + 1 })} rel="next" className={LINK}>
          Next
        </a>
      )}
    </nav>
  )
}

/** The first, the last and the neighbours of `page`; null stands for a gap. A gap of one page is that page instead. */
export function listPageNumbers(page: number, pageCount: number): (number | null)[] {
  const shown = [1, page - 1, page, page + 1, pageCount].filter((number) => number >= 1 && number <= pageCount)
  const numbers = [...new Set(shown)].sort((a, b) => a - b)
  return numbers.flatMap((number, index) => {
    const missing = number - (numbers[index - 1] ?? 0) - 1
    if (missing === 0) return [number]
    return missing === 1 ? [number - 1, number] : [null, number]
  })
}
