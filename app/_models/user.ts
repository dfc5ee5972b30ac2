import 'server-only'
import type { User } from '../../prisma/generated/client.ts'
import { TurnQueue } from '../_request/turn-queue.ts'
import { searchWords } from './search-words.ts'
import { type AgeHistogram, ageCondition, readAgeHistogram, sumPeople } from './sqlite/ages.ts'
import { database } from './sqlite/database.ts'
import { listStretches, readPage } from './sqlite/ordered-list.ts'
import { LIST_LIMITS, type ListLimits } from './sqlite/search/limits.ts'
import { UserFinder } from './sqlite/search/search-users.ts'
import { WorkBudget } from './sqlite/work-budget.ts'
import { isNarrowed, type UserListQuery } from './user-list-query.ts'

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

const USER_ROW = { id: true, username: true, email: true, age: true } as const

const NEVER_ABORTED = new AbortController().signal

// To skip as many takes less than a millisecond.
const QUICK_OFFSET = 20_000

const queue = new TurnQueue()

/** The person with `id`, or null. Prisma reads those who are asked for at the same time together. */
export function findUser(id: number): Promise<UserRow | null> {
  return database().user.findUnique({ where: { id }, select: USER_ROW })
}

/**
 * One page of the people that `query` asks for. `pageCount` is 1 when there is nobody; a page beyond it has no users.
 * @param signal is aborted when nobody waits for it any more.
 * @throws BusyError when too many others wait for theirs.
 */
export function listUsers(query: UserListQuery, limits: ListLimits = LIST_LIMITS, signal = NEVER_ABORTED): Promise<UserPage> {
  const budget = new WorkBudget(limits, signal)
  const list = () => (searchWords(query.q).length === 0 ? listInOrder(query, budget) : searchUsers(query, budget))
  return isQuick(query) ? list() : queue.run(list, signal)
}

/** How many people there are in all. */
export async function countUsers(): Promise<number> {
  const [counted] = await database().$queryRaw<{ count: number | bigint }[]>`SELECT sum("people") AS "count" FROM "UserAgeCount"`
  return Number(counted?.count)
}

/** Whether the list is found without a search or a long walk: it need not wait for those. */
function isQuick(query: UserListQuery): boolean {
  return !isNarrowed(query) && query.page * query.size <= QUICK_OFFSET
}

async function listInOrder(query: UserListQuery, budget: WorkBudget): Promise<UserPage> {
  const { size, page, sort, dir } = query
  const histogram = await readAgeHistogram(query)
  const condition = ageCondition(query)
  const everybody = condition === null ? sumPeople(histogram) : await countUsers()
  const ids = await readPage(listStretches(sort ?? 'id', dir, condition, histogram), (page - 1) * size, size, everybody, budget)
  const count = sumPeople(histogram)
  const users = await readUsers(ids ?? [])
  return { users, count, isCountExact: true, pageCount: countPages(count, size), histogram, isTooBroad: ids === null }
}

async function searchUsers(query: UserListQuery, budget: WorkBudget): Promise<UserPage> {
  const { size, page } = query
  const { limits } = budget
  const finder = new UserFinder(query, budget)
  const matches = await finder.findMatches()
  const isBroad = matches.ids.length > limits.counted
  const count = Math.min(matches.ids.length, limits.counted)
  if (!isBroad && !matches.isComplete) return { users: [], count, isCountExact: false, pageCount: 1, histogram: null, isTooBroad: true }
  const offset = (page - 1) * size
  const end = Math.min(offset + size, count)
  const { ids, histogram } = isBroad
    ? { ids: offset < end ? await finder.listPage(matches, offset, end) : [], histogram: null }
    : await finder.listFew(matches.ids, offset, Math.max(offset, end))
  const users = await readUsers(ids ?? [])
  return { users, count, isCountExact: !isBroad, pageCount: countPages(count, size), histogram, isTooBroad: ids === null }
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
