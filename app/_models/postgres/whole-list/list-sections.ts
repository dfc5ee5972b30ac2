import 'server-only'
import { Prisma } from '../../../../prisma/postgres/generated/client.ts'
import type { Search } from '../../search-words.ts'
import { type Direction, MAX_AGE, type UserListQuery } from '../../user-list-query.ts'
import { ageCondition, readAges } from '../ages.ts'
import { readExactMatches } from '../search.ts'
import { hasWords, startsWithAny } from '../search-conditions.ts'

/** People whose order is that of one unique key. A list is one or more of these, one after the other. */
export type Section = {
  /** Larger than that of the section before, and the same for the same query at any time. */
  order: number
  key: 'id' | 'usernameKey' | 'emailKey'
  dir: Direction
  where: Prisma.Sql
}

const KEYS = { id: 'id', username: 'usernameKey', email: 'emailKey' } as const

const UNKNOWN_AGE_ORDER = MAX_AGE + 1

/** The sections of the whole list of `query`, in order. */
export async function listSections(query: UserListQuery, search: Search): Promise<Section[]> {
  const { sort, dir } = query
  const found = foundBy(query, search)
  if (search.words.length > 0 && sort === null) return rankedSections(query, search, found)
  if (sort === 'age') return ageSections(query, found)
  return [{ order: 0, key: KEYS[sort ?? 'id'], dir, where: found }]
}

/** The condition that a person is on the list of `query`. */
export function foundBy(query: UserListQuery, { words }: Search): Prisma.Sql {
  return words.length === 0 ? ageCondition(query) : Prisma.sql`${hasWords(words)} AND ${ageCondition(query)}`
}

/** A section for each age: ids ascend in both directions, and an unknown age is last. */
async function ageSections(query: UserListQuery, found: Prisma.Sql): Promise<Section[]> {
  const orderOf = (age: number | null) => (age === null ? UNKNOWN_AGE_ORDER : query.dir === 'asc' ? age : MAX_AGE - age)
  const sections = (await readAges(query)).map(({ age }): Section => {
    const isOfAge = age === null ? Prisma.sql`"age" IS NULL` : Prisma.sql`"age" = ${age}`
    return { order: orderOf(age), key: 'id', dir: 'asc', where: Prisma.sql`${found} AND ${isOfAge}` }
  })
  return sections.sort((a, b) => a.order - b.order)
}

/** The ranks of a search, each by id: exact matches in three sections, then those whose username starts with a word, then all others. */
async function rankedSections(query: UserListQuery, search: Search, found: Prisma.Sql): Promise<Section[]> {
  const listed = new Set<number>()
  const exact = (await readExactMatches(query, search)).map((ids) => ids.filter((id) => !listed.has(id) && listed.add(id)))
  const isPrefix = startsWithAny(search.words)
  const others = Prisma.sql`${found} AND "id" <> ALL(${[...listed]}::int[])`
  const conditions = [
    ...exact.map((ids) => Prisma.sql`"id" = ANY(${ids}::int[])`),
    Prisma.sql`${others} AND ${isPrefix}`,
    Prisma.sql`${others} AND NOT ${isPrefix}`,
  ]
  return conditions.map((where, order) => ({ order, key: 'id', dir: 'asc', where }))
}
