import 'server-only'
import { Prisma } from '../../../prisma/generated/client.ts'
import { type AgeHistogram, sumPeople } from '../age-histogram.ts'
import type { ListRows } from '../list-rows.ts'
import type { Direction, Sort, UserListQuery } from '../user-list-query.ts'
import { readUsers, shownColumns, type UserRow } from '../user-rows.ts'
import { ageCondition, EVERYBODY, readAges, sumAges } from './ages.ts'
import { database } from './database.ts'
import type { WorkBudget } from './work-budget.ts'

/** One page of a list: `users` is null when finding them would take too long. See UserPage for the rest. */
export type ListPage = { users: UserRow[] | null; count: number; isCountExact: boolean; histogram: AgeHistogram | null }

/** A range of an index in which people lie in the right order. A list is one or more of these, one after the other. */
export type IndexRange = {
  key: 'id' | 'username' | 'email'
  dir: Direction
  /** An index of "UserText" that has all of its columns. */
  index: Prisma.Sql
  where: Prisma.Sql
  /** The number of people in it. */
  people: number
}

/**
 * The index of "UserText" in each order. Each has all columns, and ids, usernames and emails are unique: only the order by age has ties.
 * That of usernames is the table itself, by SQLite's name: with NOT INDEXED it would read the index by age and sort all people of some ages.
 */
export const INDEXES = {
  id: Prisma.sql`INDEXED BY "UserText_id_age_email_idx"`,
  username: Prisma.sql`INDEXED BY "sqlite_autoindex_UserText_1"`,
  email: Prisma.sql`INDEXED BY "UserText_email_age_id_idx"`,
  age: Prisma.sql`INDEXED BY "UserText_age_id_email_idx"`,
}

/** The `rows` of a list without a search. */
export async function listInOrder(query: UserListQuery, rows: ListRows, budget: WorkBudget): Promise<ListPage> {
  const { sort, dir } = query
  const histogram = await readAges(query)
  const condition = ageCondition(query)
  const everybody = condition === null ? sumPeople(histogram) : await sumAges()
  const users = await readPage(indexRanges(sort ?? 'id', dir, condition, histogram), rows, everybody, budget)
  return { users, count: sumPeople(histogram), isCountExact: true, histogram }
}

/** The ranges, in order, of the people that `condition` on their age admits; `histogram` has the ages of those. */
export function indexRanges(sort: Sort, dir: Direction, condition: Prisma.Sql | null, histogram: AgeHistogram): IndexRange[] {
  if (sort !== 'age') {
    return [{ key: sort, dir, index: INDEXES[sort], where: condition ?? EVERYBODY, people: sumPeople(histogram) }]
  }
  // A range for each age: ids ascend in both directions, and the histogram tells in which range a page begins.
  const known = histogram.filter(({ age }) => age !== null)
  const unknown = histogram.filter(({ age }) => age === null)
  return [...(dir === 'asc' ? known : known.toReversed()), ...unknown].map(({ age, people }) => {
    const where = age === null ? Prisma.sql`"age" IS NULL` : Prisma.sql`"age" = ${age}`
    return { key: 'id', dir: 'asc', index: INDEXES.age, where, people }
  })
}

/** The people of `rows`, or null when these are too far from both ends. `everybody` counts people of all ages. */
async function readPage(ranges: IndexRange[], rows: ListRows, everybody: number, budget: WorkBudget): Promise<UserRow[] | null> {
  const users: UserRow[] = []
  let before = 0
  for (const range of ranges) {
    const first = Math.max(0, rows.offset - before)
    const end = Math.min(range.people, rows.end - before)
    before += range.people
    if (first >= end) continue
    if (range.where === EVERYBODY && Math.min(first, range.people - end) > budget.limits.maxSkipRows) {
      users.push(...(await budget.run(() => readCountedRange(range, first, end))))
      continue
    }
    // Rows of other ages have to be skipped too, except in the index by age.
    const rowsPerPerson = ranges.length > 1 ? 1 : everybody / range.people
    if (Math.min(end, range.people - first) * rowsPerPerson > budget.limits.maxOffsetRows) return null
    users.push(...(await budget.run(() => readRange(range, first, end))))
  }
  return users
}

// Skipping a row costs as much as reading it, so it starts at the nearer end.
async function readRange(range: IndexRange, first: number, end: number): Promise<UserRow[]> {
  const { key, dir, where, people } = range
  const isBackwards = end > people - first
  const order = (dir === 'desc') === isBackwards ? 'asc' : 'desc'
  const [skip, take] = [isBackwards ? people - end : first, end - first]
  const users =
    key === 'id' && where === EVERYBODY
      ? await database().user.findMany({ select: shownColumns(), orderBy: { id: order }, skip, take })
      : await readUsers(await readIdsAt(range, order, skip, take))
  return isBackwards ? users.reverse() : users
}

/**
 * As `readRange`, of everybody: "UserKeyCount" has every few thousand people where they begin in the order, so that a page anywhere skips
 * no more than these.
 */
async function readCountedRange({ key, dir, index, people }: IndexRange, first: number, end: number): Promise<UserRow[]> {
  const column = Prisma.raw(`"${key}"`)
  const skip = dir === 'asc' ? first : people - end
  const [row] = await database().$queryRaw<{ ids: string }[]>`
    WITH "Block" AS MATERIALIZED (
      SELECT "start", "before" FROM (
        SELECT "start", sum("people") OVER (ORDER BY "start" ROWS UNBOUNDED PRECEDING) - "people" AS "before"
        FROM "UserKeyCount" WHERE "key" = ${key}
      ) WHERE "before" <= ${skip} ORDER BY "start" DESC LIMIT 1
    )
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "UserText" ${index} WHERE ${column} >= (SELECT "start" FROM "Block")
      ORDER BY ${column} LIMIT ${end - first} OFFSET ${skip} - (SELECT "before" FROM "Block")
    )`
  const ids: number[] = JSON.parse(row?.ids ?? '[]')
  return readUsers(dir === 'asc' ? ids : ids.reverse())
}

/** Raw SQL: Prisma does not know "UserText", which is in the order of names, nor INDEXED BY. */
async function readIdsAt({ key, index, where }: IndexRange, order: Direction, skip: number, take: number): Promise<number[]> {
  const [row] = await database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "UserText" ${index} WHERE ${where} ORDER BY ${Prisma.raw(`"${key}" ${order}`)} LIMIT ${take} OFFSET ${skip}
    )`
  return JSON.parse(row?.ids ?? '[]')
}
