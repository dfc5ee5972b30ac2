import type { UserListQuery } from '../_models/user-list-query.ts'
import { userProfileHref } from '../_models/user-list-query.ts'
import type { UserPlace } from '../_models/user-place.ts'
import { ArrowKeys } from './arrow-keys.tsx'
import { plainUserName } from './user-name.tsx'

type ListNeighborsProps = { query: UserListQuery; place: UserPlace }

/** The way from a person to those before and after them in a list. */
export function ListNeighbors({ query, place: { count, isCountExact, position, previous, next } }: ListNeighborsProps) {
  if (position === null || (previous === null && next === null)) return null
  return (
    <nav aria-label="People in the list" className="list-neighbors">
      {previous && <NeighborLink relation="prev" label="Previous" neighbor={previous} query={query} />}
      <span className="tabular-nums">
        {position.toLocaleString('en')} of {isCountExact ? '' : 'more than '}
        {count.toLocaleString('en')}
      </span>
      {next && <NeighborLink relation="next" label="Next" neighbor={next} query={query} />}
      <ArrowKeys />
    </nav>
  )
}

type NeighborLinkProps = { relation: 'prev' | 'next'; label: string; neighbor: NonNullable<UserPlace['next']>; query: UserListQuery }

function NeighborLink({ relation, label, neighbor, query }: NeighborLinkProps) {
  const href = userProfileHref(neighbor.id, { ...query, page: neighbor.page })
  const name = `${label}: ${plainUserName(neighbor)}`
  return (
    <>
      <link rel={relation} href={href} />
      <a href={href} rel={relation} aria-label={name} title={name} className="button-quiet">
        {relation === 'prev' && <span aria-hidden="true">←</span>}
        {label}
        {relation === 'next' && <span aria-hidden="true">→</span>}
      </a>
    </>
  )
}
