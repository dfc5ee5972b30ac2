import type { ReactNode } from 'react'
import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { formatAgeRange } from './format.ts'
import { QuotedSearch } from './quoted-search.tsx'

/** The filters of the list, each with a link that removes it, and a link from a chosen order back to relevance. */
export function ActiveFilters({ query }: { query: UserListQuery }) {
  const { q, sort, age_min, age_max, age } = query
  const hasRange = age_min !== null || age_max !== null
  if (q === '' && !hasRange && age === null) return null
  return (
    <ul aria-label="Filters" className="flex flex-wrap items-center gap-2 text-sm">
      {q !== '' && (
        <Chip href={userListHref(query, { q: '' })}>
          <QuotedSearch text={q} />
        </Chip>
      )}
      {hasRange && <Chip href={userListHref(query, { age_min: null, age_max: null })}>Age {formatAgeRange(age_min, age_max)}</Chip>}
      {age !== null && <Chip href={userListHref(query, { age: null })}>Age not given</Chip>}
      {q !== '' && sort !== null && (
        <li>
          <a href={userListHref(query, { sort: null })}>Sort by relevance</a>
        </li>
      )}
    </ul>
  )
}

type ChipProps = { href: string; children: ReactNode }

function Chip({ href, children }: ChipProps) {
  return (
    <li className="max-w-full">
      <a href={href} className="chip">
        <span className="sr-only">Remove </span>
        <span className="line-clamp-1 break-all">{children}</span>
        <span aria-hidden="true">×</span>
      </a>
    </li>
  )
}
