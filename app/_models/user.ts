import 'server-only'
import { Prisma, type User } from '../../prisma/generated/client.ts'
import { type AgeHistogram, ageCondition, countAges, readAgeHistogram, sumPeople } from './age-histogram.ts'
import { database } from './database.ts'
import { LIST_LIMITS, type ListLimits } from './list-limits.ts'
import { searchWords } from './search-words.ts'
import type { UserListQuery } from './user-list-query.ts'
import { filterIds, listStretches, readBeginning, readPage, sortIds, walk } from './user-order.ts'
import { compileSearch, findExact, scan, type UserSearch } from './user-search.ts'
import { WorkBudget } from './work-budget.ts'

export type { AgeHistogram }
export type UserRow = Pick<User, 'id' | 'username' | 'email' | 'age'>
export type UserPage = {
  users: UserRow[]
  /** Of a search: how many of its matches are counted, and there are more of them unless `isCountExact`. */
  count: number
  isCountExact: boolean
  pageCount: number
  /** Null where not all matches are counted. */
  histogram: AgeHistogram | null
  /** It would take too long to tell who belongs on this page: `users` is empty. */
  isTooBroad: boolean
}

type Matches = { ids: number[]; isComplete: boolean }

// Prisma's Int is one of 32 bits: it refuses to look for anything larger, which is not there anyway (see the migrations).
const MAX_ID = 2 ** 31 - 1

/** The person with `id`, or null. */
export async function findUser(id: number): Promise<UserRow | null> {
  if (id > MAX_ID) return null
  return database().user.findUnique({ where: { id }, select: { id: true, username: true, email: true, age: true } })
}

/** One page of the people that `query` asks for. `pageCount` is 1 when there is nobody; a page beyond it has no users. */
export async function listUsers(query: UserListQuery, limits: ListLimits = LIST_LIMITS): Promise<UserPage> {
  return searchWords(query.q).length === 0 ? listInOrder(query, limits) : searchUsers(query, limits)
}

/** How many people there are in all. */
export async function countUsers(): Promise<number> {
  const [counted] = await database().$queryRaw<{ count: number | bigint }[]>`SELECT sum("people") AS "count" FROM "UserAgeCount"`
  return Number(counted?.count)
}

async function listInOrder(query: UserListQuery, limits: ListLimits): Promise<UserPage> {
  const { size, page, sort, dir } = query
  const histogram = await readAgeHistogram(query)
  const condition = ageCondition(query)
  const everybody = condition === null ? sumPeople(histogram) : await countUsers()
  const ids = await readPage(listStretches(sort ?? 'id', dir, condition, histogram), (page - 1) * size, size, everybody, limits)
  const count = sumPeople(histogram)
  const users = await readUsers(ids ?? [])
  return { users, count, isCountExact: true, pageCount: countPages(count, size), histogram, isTooBroad: ids === null }
}

async function searchUsers(query: UserListQuery, limits: ListLimits): Promise<UserPage> {
  const { size } = query
  const budget = new WorkBudget(limits.milliseconds)
  const search = compileSearch(query.q)
  const matches = await findMatches(query, search, budget, limits)
  const isBroad = matches.ids.length > limits.counted
  const count = Math.min(matches.ids.length, limits.counted)
  if (!isBroad && !matches.isComplete) return { users: [], count, isCountExact: false, pageCount: 1, histogram: null, isTooBroad: true }
  const offset = (query.page - 1) * size
  const end = Math.min(offset + size, count)
  const list = matches.isComplete ? listAllMatches : listFirstMatches
  const ids = offset < end ? await list(query, search, matches.ids, offset, end, budget, limits) : []
  const histogram = isBroad ? null : await countAges(matches.ids)
  const users = await readUsers(ids ?? [])
  return { users, count, isCountExact: !isBroad, pageCount: countPages(count, size), histogram, isTooBroad: ids === null }
}

/** The people whom the search finds, by id: all of them, or the first ones, more than are counted unless that takes too long. */
async function findMatches(query: UserListQuery, search: UserSearch, budget: WorkBudget, limits: ListLimits): Promise<Matches> {
  const condition = ageCondition(query)
  const matches = await scan(search.all, null, 'asc', limits.counted + 1, budget, limits)
  if (condition === null) return matches
  if (matches.isComplete) return { ids: await filterIds(matches.ids, condition), isComplete: true }
  const histogram = await readAgeHistogram(query)
  // Many find the words and few have the age: these are quicker to read.
  if (search.condition && sumPeople(histogram) <= limits.walked) {
    const walked = await walk(listStretches('age', 'asc', condition, histogram), search.condition, Number.POSITIVE_INFINITY, budget, limits)
    if (walked) return { ids: walked.sort((a, b) => a - b), isComplete: true }
  }
  return scan(search.all, condition, 'asc', limits.counted + 1, budget, limits)
}

/** The ids from `offset` to `end` of a search that finds `matches` and nobody else. Null when it takes too long. */
async function listAllMatches(
  { sort, dir, q }: UserListQuery,
  search: UserSearch,
  matches: number[],
  offset: number,
  end: number,
  budget: WorkBudget,
  limits: ListLimits,
): Promise<number[] | null> {
  if (sort !== null) return sortIds(matches, sort, dir, offset, end - offset)
  const found = new Set(matches)
  const exact = (await findExact(q, search, null)).filter((id) => found.has(id))
  if (search.beginsConditions) {
    const beginning = await filterIds(matches, Prisma.join(search.beginsConditions, ' OR '))
    return [...new Set([...exact, ...beginning, ...matches])].slice(offset, end)
  }
  const { ids, isComplete } = await scan(search.begins, null, 'asc', Number.MAX_SAFE_INTEGER, budget, limits)
  return isComplete ? [...new Set([...exact, ...ids.filter((id) => found.has(id)), ...matches])].slice(offset, end) : null
}

/** The ids from `offset` to `end` of a search that finds `matches` and more. Null when it takes too long. */
async function listFirstMatches(
  query: UserListQuery,
  search: UserSearch,
  matches: number[],
  offset: number,
  end: number,
  budget: WorkBudget,
  limits: ListLimits,
): Promise<number[] | null> {
  const { sort, dir } = query
  const condition = ageCondition(query)
  if (sort === null) return listMostRelevant(query, search, matches, offset, end, budget, limits)
  if (sort === 'id') {
    const { ids } = dir === 'asc' ? { ids: matches } : await scan(search.all, condition, 'desc', end, budget, limits)
    return ids.length < end ? null : ids.slice(offset, end)
  }
  const stretches = listStretches(sort, dir, condition, await readAgeHistogram(query))
  const walked = search.condition && (await walk(stretches, search.condition, end, budget, limits))
  if (walked) return walked.slice(offset)
  const { ids, isComplete } = await scan(search.all, condition, 'asc', limits.sorted + 1, budget, limits)
  return isComplete ? sortIds(ids, sort, dir, offset, end - offset) : null
}

async function listMostRelevant(
  query: UserListQuery,
  search: UserSearch,
  matches: number[],
  offset: number,
  end: number,
  budget: WorkBudget,
  limits: ListLimits,
): Promise<number[] | null> {
  const condition = ageCondition(query)
  const exact = await findExact(query.q, search, condition)
  const beginning =
    (await readBeginning(search, condition, limits)) ?? (await scanBeginning(search, condition, end + exact.length, budget, limits))
  // More match than are asked for, so that nobody has to be looked for to follow those.
  return beginning && [...new Set([...exact, ...beginning, ...matches])].slice(offset, end)
}

async function scanBeginning(
  search: UserSearch,
  condition: Prisma.Sql | null,
  wanted: number,
  budget: WorkBudget,
  limits: ListLimits,
): Promise<number[] | null> {
  const { ids, isComplete } = await scan(search.begins, condition, 'asc', wanted, budget, limits)
  return isComplete || ids.length >= wanted ? ids : null
}

/** The people with `ids`, in their order. */
async function readUsers(ids: number[]): Promise<UserRow[]> {
  if (ids.length === 0) return []
  const users = await database().$queryRaw<UserRow[]>`
    SELECT "id", "username", "email", "age" FROM "User" WHERE "id" IN (SELECT "value" FROM json_each(${JSON.stringify(ids)}))`
  const places = new Map(ids.map((id, place) => [id, place]))
  return users.sort((a, b) => (places.get(a.id) ?? 0) - (places.get(b.id) ?? 0))
}

function countPages(count: number, size: number): number {
  return Math.max(1, Math.ceil(count / size))
}
