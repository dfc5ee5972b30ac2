import 'server-only'
import { isHidden } from '../_site/site.ts'
import { type AgeHistogram, sumPeople } from './age-histogram.ts'
import { postgresModel } from './postgres-model.ts'
import type { Search } from './search-words.ts'
import { readAges as readSqliteAges } from './sqlite/ages.ts'
import { database, readDataVersion as readSqliteVersion } from './sqlite/database.ts'
import { readSearch as readSqliteSearch } from './sqlite/folding.ts'
import { type ListOptions, readListPage } from './sqlite/list-page.ts'
import type { UserListQuery } from './user-list-query.ts'
import { shownColumns, type UserRow } from './user-rows.ts'

export type { AgeHistogram, UserRow }

export type UserPage = {
  users: UserRow[]
  /** Of a search: the number of matches that are counted. There are more unless `isCountExact`. */
  count: number
  isCountExact: boolean
  /** 1 when nobody matches. A page beyond it has no users. */
  pageCount: number
  /** Null when not all matches are counted, and where ages are hidden. */
  histogram: AgeHistogram | null
  /** Finding this page would take too long: `users` is empty. */
  isTooBroad: boolean
}

export type Directory = {
  count: number
  /** Null where ages are hidden. */
  histogram: AgeHistogram | null
  /** The people who were added last, the latest first. */
  newest: UserRow[]
}

// Two rows of cards on a wide screen.
const NEWEST_PEOPLE = 8

/** The person with `id`, or null. Prisma joins the calls of one tick into one query. */
export async function findUser(id: number): Promise<UserRow | null> {
  if (postgresModel) return (await postgresModel).findUser(id)
  return database().user.findUnique({ where: { id }, select: shownColumns() })
}

/**
 * One page of the people that match `query`.
 * @throws BusyError when too many searches wait, or the reason of `signal` when it is aborted.
 */
export async function listUsers(query: UserListQuery, options: ListOptions = {}): Promise<UserPage> {
  const readPage = (await postgresModel)?.readListPage ?? readListPage
  const { users, count, isCountExact, histogram } = await readPage(query, options)
  const pageCount = Math.max(1, Math.ceil(count / query.size))
  return { users: users ?? [], count, isCountExact, pageCount, histogram: isHidden('age') ? null : histogram, isTooBroad: users === null }
}

/** The directory at a glance: both queries cost the same however many people there are. */
export async function summarizeDirectory(): Promise<Directory> {
  const postgres = await postgresModel
  const newest = postgres ? await postgres.listNewest(NEWEST_PEOPLE) : await listNewest()
  const histogram = await (postgres?.readAges ?? readSqliteAges)({ age_min: null, age_max: null, age: null })
  return { count: sumPeople(histogram), histogram: isHidden('age') ? null : histogram, newest }
}

function listNewest(): Promise<UserRow[]> {
  return database().user.findMany({ select: shownColumns(), orderBy: { id: 'desc' }, take: NEWEST_PEOPLE })
}

/** The version of the database as this process sees it: another one after each commit, of whatever process. */
export async function readDataVersion(): Promise<string> {
  return postgresModel ? (await postgresModel).readDataVersion() : readSqliteVersion()
}

/**
 * What `work` reads, and the version of the database that all of it has, or an older one. The version is empty when that is unknown. With
 * PostgreSQL all of it is of one server, and `work` runs again when the connection to that is lost.
 */
export async function readAtVersion<Result>(work: () => Promise<Result>): Promise<{ result: Result; version: string }> {
  if (postgresModel) return (await postgresModel).readAtVersion(work)
  // Before the rows: a commit in between makes them look older than they are, never newer.
  const version = await readSqliteVersion()
  return { version, result: await work() }
}

/** What `q` searches for, and how names have to be folded to compare them with it. */
export async function readSearch(q: string): Promise<Search> {
  return postgresModel ? (await postgresModel).readSearch(q) : readSqliteSearch(q)
}
