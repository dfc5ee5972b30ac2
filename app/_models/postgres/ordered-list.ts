import 'server-only'
import type { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { type AgeHistogram, sumPeople } from '../age-histogram.ts'
import type { ListRows } from '../list-rows.ts'
import type { UserListQuery } from '../user-list-query.ts'
import type { UserRow } from '../user-rows.ts'
import { ageCondition, readAges } from './ages.ts'
import { database } from './database.ts'
import { orderBy, reversedOrder } from './order.ts'
import { userColumns } from './user-columns.ts'

/** One page of a list: `users` is null when finding them would take too long. See UserPage for the rest. */
export type ListPage = { users: UserRow[] | null; count: number; isCountExact: boolean; histogram: AgeHistogram | null }

/** The `rows` of a list without a search. */
export async function listInOrder(query: UserListQuery, rows: ListRows): Promise<ListPage> {
  const { sort, dir } = query
  const histogram = await readAges(query)
  const count = sumPeople(histogram)
  const first = rows.offset
  const end = Math.min(count, rows.end)
  const found = { users: [], count, isCountExact: true, histogram }
  if (first >= end) return found
  const condition = ageCondition(query)
  const key = sort ?? 'id'
  // Skipping a row costs as much as reading it, so it starts at the nearer end.
  if (end <= count - first) return { ...found, users: await readPeople(condition, orderBy(key, dir), first, end - first) }
  const users = await readPeople(condition, reversedOrder(key, dir), count - end, end - first)
  return { ...found, users: users.reverse() }
}

/** Raw SQL: it skips within an index alone, and looks up only who is on the page. Prisma would look up everybody that it skips. */
function readPeople(condition: Prisma.Sql, order: Prisma.Sql, skip: number, take: number): Promise<UserRow[]> {
  return database().$queryRaw<UserRow[]>`
    SELECT ${userColumns()} FROM (
      SELECT "id" FROM "User" WHERE ${condition} ORDER BY ${order} LIMIT ${take} OFFSET ${skip}
    ) AS "Page" JOIN "User" USING ("id") ORDER BY ${order}`
}
