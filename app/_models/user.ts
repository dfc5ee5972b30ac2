import 'server-only'
import type { AgeHistogram } from './age-histogram.ts'
import { postgresModel } from './postgres-model.ts'
import type { Search } from './search-words.ts'
import { sumAges } from './sqlite/ages.ts'
import { database } from './sqlite/database.ts'
import { readSearch as readSqliteSearch } from './sqlite/folding.ts'
import { type ListOptions, readListPage } from './sqlite/list-page.ts'
import type { UserListQuery } from './user-list-query.ts'
import { USER_ROW, type UserRow } from './user-rows.ts'

export type { AgeHistogram, UserRow }

export type UserPage = {
  users: UserRow[]
  /** Of a search: the number of matches that are counted. There are more unless `isCountExact`. */
  count: number
  isCountExact: boolean
  /** 1 when nobody matches. A page beyond it has no users. */
  pageCount: number
  /** Null when not all matches are counted. */
  histogram: AgeHistogram | null
  /** Finding this page would take too long: `users` is empty. */
  isTooBroad: boolean
}

/** The person with `id`, or null. Prisma joins the calls of one tick into one query. */
export async function findUser(id: number): Promise<UserRow | null> {
  if (postgresModel) return (await postgresModel).findUser(id)
  return database().user.findUnique({ where: { id }, select: USER_ROW })
}

/**
 * One page of the people that match `query`.
 * @throws BusyError when too many searches wait, or the reason of `signal` when it is aborted.
 */
export async function listUsers(query: UserListQuery, options: ListOptions = {}): Promise<UserPage> {
  const readPage = (await postgresModel)?.readListPage ?? readListPage
  const { users, count, isCountExact, histogram } = await readPage(query, options)
  const pageCount = Math.max(1, Math.ceil(count / query.size))
  return { users: users ?? [], count, isCountExact, pageCount, histogram, isTooBroad: users === null }
}

/** The number of people in the directory. */
export async function countUsers(): Promise<number> {
  return postgresModel ? (await postgresModel).countUsers() : sumAges()
}

/** What `q` searches for, and how names have to be folded to compare them with it. */
export async function readSearch(q: string): Promise<Search> {
  return postgresModel ? (await postgresModel).readSearch(q) : readSqliteSearch(q)
}
