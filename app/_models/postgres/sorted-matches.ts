import 'server-only'
import type { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { sumPeople } from '../age-histogram.ts'
import type { Sort, UserListQuery } from '../user-list-query.ts'
import type { UserRow } from '../user-rows.ts'
import { ageCondition, readAges } from './ages.ts'
import { database } from './database.ts'
import { estimateMatches } from './estimate-matches.ts'
import { orderBy, sortedColumns } from './order.ts'
import { keyColumns } from './search-conditions.ts'
import { userColumns } from './user-columns.ts'

export type Place = { offset: number; size: number }

// Names of one script lie side by side: a walk that begins in another one finds nobody for long. So it may read this many rows for each that
// a sort would read.
const WALKED_ROWS = 1 / 8

// To sort more takes longer than to walk through the people of the largest other script.
const MAX_SORTED = 200_000

/** A page of the people in `found`, who are known to be enough for it, in the order of `sort`. */
export async function readSorted(found: Prisma.Sql, query: UserListQuery, sort: Sort, place: Place): Promise<UserRow[]> {
  const [[matches = 0], ages] = await Promise.all([estimateMatches([found]), readAges(query)])
  if (matches > MAX_SORTED) return walk(found, query, sort, place, null)
  const maxRows = Math.round(matches * WALKED_ROWS)
  const expectedRows = ((place.offset + place.size) * sumPeople(ages)) / matches
  if (expectedRows < maxRows) {
    const users = await walk(found, query, sort, place, maxRows)
    if (users.length === place.size) return users
  }
  return sortAll(found, query, sort, place)
}

/** Reads people in the order, at most `maxRows` of them, until the page is full. */
function walk(found: Prisma.Sql, query: UserListQuery, sort: Sort, { offset, size }: Place, maxRows: number | null): Promise<UserRow[]> {
  const order = orderBy(sort, query.dir)
  return database().$queryRaw<UserRow[]>`
    SELECT ${userColumns()} FROM (
      SELECT ${userColumns()}, ${keyColumns()} FROM "User" WHERE ${ageCondition(query)} ORDER BY ${order} LIMIT ${maxRows}
    ) AS "Walked" WHERE ${found} ORDER BY ${order} LIMIT ${size} OFFSET ${offset}`
}

function sortAll(found: Prisma.Sql, { dir }: UserListQuery, sort: Sort, { offset, size }: Place): Promise<UserRow[]> {
  const order = orderBy(sort, dir)
  // With OFFSET 0 the planner finds all of them first. It would walk, as it supposes that matches lie evenly in every order.
  return database().$queryRaw<UserRow[]>`
    SELECT ${userColumns()} FROM (
      SELECT "id" FROM (SELECT ${sortedColumns(sort)} FROM "User" WHERE ${found} OFFSET 0) AS "Found"
      ORDER BY ${order} LIMIT ${size} OFFSET ${offset}
    ) AS "Page" JOIN "User" USING ("id") ORDER BY ${order}`
}
