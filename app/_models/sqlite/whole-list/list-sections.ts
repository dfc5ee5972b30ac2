import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { UNKNOWN_AGE } from '../../age-histogram.ts'
import type { Search } from '../../search-words.ts'
import { type Direction, MAX_AGE, type UserListQuery } from '../../user-list-query.ts'
import { ageCondition, EVERYBODY, readAges } from '../ages.ts'
import { database } from '../database.ts'
import { INDEXES } from '../ordered-list.ts'
import { readExactMatches, readIndexBatches } from '../search/read.ts'
import { SearchRun } from '../search/search-run.ts'
import type { WorkBudget } from '../work-budget.ts'

type Key = 'id' | 'username' | 'email'

/** People whose order is that of one unique key. A list is one or more of these, one after the other. */
export type Section = {
  /** Larger than that of the section before, and the same for the same query at any time. */
  order: number
  key: Key
  dir: Direction
  /** Everybody in the section is there; those that `where` admits lie in the order of the key, or are few. */
  from: Prisma.Sql
  where: Prisma.Sql
  /** What those must meet to be in the section; null: nothing. */
  condition: Prisma.Sql | null
}

// Each step looks all of them up and sorts them, which takes 6 ms.
export const MAX_FOUND = 5_000

/** Everybody as they are written, who lie in the order of ids. */
export const EVERYBODY_BY_ID = Prisma.sql`"User"`

const UNKNOWN_AGE_ORDER = MAX_AGE + 1

/** The sections of the whole list of `query`, in order. */
export async function listSections(query: UserListQuery, search: Search, maxFound: number, budget: WorkBudget): Promise<Section[]> {
  const age = ageCondition(query)
  if (search.words.length === 0) return sortedSections(query, null, age, budget)
  const run = new SearchRun(query, search, budget)
  const found = await findFew(run, maxFound)
  if (query.sort === null) return rankedSections(run, found)
  return sortedSections(query, found, found ? null : and(run.condition, age), budget)
}

/** The ids, ascending, of all matches where the index finds them at once and they are few; otherwise null. */
export async function findFew(run: SearchRun, maxFound: number): Promise<number[] | null> {
  const indexQuery = await run.indexQuery()
  if (!indexQuery.isCheap) return null
  const { ids, isComplete } = await readIndexBatches(indexQuery, { age: run.age, wanted: maxFound + 1 }, run.budget)
  return isComplete && ids.length <= maxFound ? ids : null
}

async function sortedSections(
  query: UserListQuery,
  found: number[] | null,
  condition: Prisma.Sql | null,
  budget: WorkBudget,
): Promise<Section[]> {
  const { sort, dir } = query
  if (sort === 'age') return found ? ageSectionsOf(found, dir, budget) : ageSections(query, condition)
  const key = sort ?? 'id'
  const from = found ? peopleWith(found) : key === 'id' && condition === null ? EVERYBODY_BY_ID : peopleBy(key)
  return [{ order: 0, key, dir, from, where: EVERYBODY, condition }]
}

/** A section for each age: ids ascend in both directions, and an unknown age is last. */
async function ageSections(query: UserListQuery, condition: Prisma.Sql | null): Promise<Section[]> {
  const ages = (await readAges(query)).map(({ age }) => age)
  return inOrderOfAge(ages, query.dir).map(({ age, order }) => {
    const where = age === null ? Prisma.sql`"age" IS NULL` : Prisma.sql`"age" = ${BigInt(age)}`
    return { order, key: 'id', dir: 'asc', from: peopleBy('age'), where, condition }
  })
}

async function ageSectionsOf(found: number[], dir: Direction, budget: WorkBudget): Promise<Section[]> {
  const [row] = await budget.run(
    () => database().$queryRaw<{ ages: string }[]>`
    SELECT json_group_array(json_array("id", ifnull("age", ${UNKNOWN_AGE}))) AS "ages" FROM ${peopleWith(found)}`,
  )
  const people: [id: number, age: number][] = JSON.parse(row?.ages ?? '[]')
  const idsOf = Map.groupBy(people, ([, age]) => (age === UNKNOWN_AGE ? null : age))
  return inOrderOfAge([...idsOf.keys()], dir).map(({ age, order }) => {
    const ids = (idsOf.get(age) ?? []).map(([id]) => id)
    return { order, key: 'id', dir: 'asc', from: peopleWith(ids), where: EVERYBODY, condition: null }
  })
}

function inOrderOfAge(ages: (number | null)[], dir: Direction): { age: number | null; order: number }[] {
  const orderOf = (age: number | null) => (age === null ? UNKNOWN_AGE_ORDER : dir === 'asc' ? age : MAX_AGE - age)
  return ages.map((age) => ({ age, order: orderOf(age) })).sort((a, b) => a.order - b.order)
}

/**
 * The ranks of a search, each by id: exact matches in three sections, then those whose username starts with a word, then all others.
 * The last two read all people, which takes less than to keep a million ids in memory and sort them.
 */
async function rankedSections(run: SearchRun, found: number[] | null): Promise<Section[]> {
  const { query, folded, text, age, budget, condition, prefixRanges } = run
  const listed = new Set<number>()
  const exact = (await readExactMatches(query.q, folded, text, age, budget)).map((ids) =>
    ids.filter((id) => !listed.has(id) && listed.add(id)),
  )
  const isNotExact = Prisma.sql`"id" NOT IN (SELECT "value" FROM json_each(${JSON.stringify([...listed])}))`
  const isPrefix = Prisma.sql`(${Prisma.join(prefixRanges, ' OR ')})`
  const matches = and(found ? null : and(condition, age), isNotExact)
  const byId = { key: 'id', dir: 'asc', where: EVERYBODY } as const
  const from = found ? peopleWith(found) : peopleBy('id')
  return [
    ...exact.map((ids, order) => ({ ...byId, order, from: peopleWith(ids), condition: null })),
    { ...byId, order: exact.length, from, condition: and(matches, isPrefix) },
    { ...byId, order: exact.length + 1, from, condition: and(matches, Prisma.sql`NOT ${isPrefix}`) },
  ]
}

/** Everybody, in the order of an index. */
function peopleBy(index: keyof typeof INDEXES): Prisma.Sql {
  return Prisma.sql`"UserText" ${INDEXES[index]}`
}

function peopleWith(ids: number[]): Prisma.Sql {
  return Prisma.sql`(SELECT "value" AS "found" FROM json_each(${JSON.stringify(ids)})) CROSS JOIN "UserText" ${INDEXES.id} ON "id" = "found"`
}

function and(first: Prisma.Sql | null, second: Prisma.Sql | null): Prisma.Sql | null {
  return first && second ? Prisma.sql`${first} AND ${second}` : (first ?? second)
}
