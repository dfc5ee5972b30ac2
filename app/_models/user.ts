import 'server-only'
import type { User } from '../../prisma/generated/client.ts'
import { type AgeHistogram, ageCondition, countAges, readAgeHistogram, sumPeople } from './age-histogram.ts'
import { database } from './database.ts'
import { LIST_LIMITS, type ListLimits } from './list-limits.ts'
import { searchWords } from './search-words.ts'
import type { UserListQuery } from './user-list-query.ts'
import { listStretches, readPage, sortIds, walk } from './user-order.ts'
import { compileSearch, findExact, scan } from './user-search.ts'

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
  const deadline = performance.now() + limits.milliseconds
  const { ids, isComplete } = await scan(compileSearch(query.q).all, ageCondition(query), 'asc', limits.counted + 1, deadline, limits)
  const isBroad = ids.length > limits.counted
  const count = isBroad ? limits.counted : ids.length
  const pageCount = countPages(count, query.size)
  if (!isBroad && !isComplete) return { users: [], count, isCountExact: false, pageCount: 1, histogram: null, isTooBroad: true }
  const pageIds = isBroad ? await listFirstMatches(query, ids, deadline, limits) : await listMatches(query, ids, deadline, limits)
  const histogram = isBroad ? null : await countAges(ids)
  const users = await readUsers(pageIds ?? [])
  return { users, count, isCountExact: !isBroad, pageCount, histogram, isTooBroad: pageIds === null }
}

/** The ids on a page of a search that finds those with `matches`. Null when it takes too long. */
async function listMatches(query: UserListQuery, matches: number[], deadline: number, limits: ListLimits): Promise<number[] | null> {
  const { sort, dir, size, page } = query
  const offset = (page - 1) * size
  if (offset >= matches.length) return []
  if (sort !== null) return sortIds(matches, sort, dir, offset, size)
  const beginning = await listMostRelevant(query, matches.length, deadline, limits)
  if (beginning === null) return null
  return [...new Set([...beginning, ...matches])].slice(offset, offset + size)
}

/** The ids on a page of a search that finds more people than are counted, the first of them with `matches`. Null when it takes too long. */
async function listFirstMatches(query: UserListQuery, matches: number[], deadline: number, limits: ListLimits): Promise<number[] | null> {
  const { sort, dir, size, page } = query
  const offset = (page - 1) * size
  const wanted = Math.min(offset + size, limits.counted)
  if (offset >= wanted) return []
  const search = compileSearch(query.q)
  const condition = ageCondition(query)

  if (sort === null) {
    const beginning = await listMostRelevant(query, wanted, deadline, limits)
    if (beginning === null) return null
    const rest = await scan(search.rest, condition, 'asc', wanted, deadline, limits)
    const ordered = [...new Set([...beginning, ...rest.ids])]
    return ordered.length < wanted ? null : ordered.slice(offset, wanted)
  }
  if (sort === 'id') {
    const inOrder = dir === 'asc' ? matches : (await scan(search.all, condition, 'desc', wanted, deadline, limits)).ids
    return inOrder.length < wanted ? null : inOrder.slice(offset, wanted)
  }
  const walked =
    search.condition &&
    (await walk(listStretches(sort, dir, condition, await readAgeHistogram(query)), search.condition, wanted, deadline, limits))
  if (walked) return walked.slice(offset)
  const all = await scan(search.all, condition, 'asc', limits.sorted + 1, deadline, limits)
  return all.isComplete ? sortIds(all.ids, sort, dir, offset, wanted - offset) : null
}

/** The ids of whom the search names as a whole, then up to `wanted` of those whose username begins with a word of it. */
async function listMostRelevant(query: UserListQuery, wanted: number, deadline: number, limits: ListLimits): Promise<number[] | null> {
  const search = compileSearch(query.q)
  const condition = ageCondition(query)
  const exact = await findExact(query.q, search, condition)
  const { ids, isComplete } = await scan(search.begins, condition, 'asc', wanted, deadline, limits)
  return isComplete || ids.length >= wanted ? [...new Set([...exact, ...ids])] : null
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
