import 'server-only'
import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { isHidden } from '../../_site/site.ts'
import { parseAges, UNKNOWN_AGE } from '../age-histogram.ts'
import type { ListRows } from '../list-rows.ts'
import { foldText, type Search } from '../search-words.ts'
import type { UserListQuery } from '../user-list-query.ts'
import type { UserRow } from '../user-rows.ts'
import { ageCondition } from './ages.ts'
import { database } from './database.ts'
import { orderBy } from './order.ts'
import type { ListPage } from './ordered-list.ts'
import { planWords } from './plan-words.ts'
import { isWhole, keyColumns, startsWithAny } from './search-conditions.ts'
import { type Place, readSorted } from './sorted-matches.ts'
import { userColumns } from './user-columns.ts'

// Only people who have written the same name in many ways can fill this.
const MAX_EXACT_MATCHES = 1_000

/** The ranks of exact matches, each the ids that have it. */
export type ExactMatches = number[][]

/** The `rows` of the people that match a search, of which up to `maxCount` are counted. */
export async function searchUsers(query: UserListQuery, search: Search, rows: ListRows, maxCount: number): Promise<ListPage> {
  const { sort, dir } = query
  const found = Prisma.sql`${await planWords(search.words)} AND ${ageCondition(query)}`
  const exact = sort === null ? await readExactMatches(query, search) : []
  const isPrefix = startsWithAny(search.words)
  const order = sort === null ? Prisma.sql`${rankOf(exact, isPrefix)}, "id"` : orderBy(sort, dir)
  const { offset } = rows
  const few = await readFew(found, order, { offset, size: rows.end - offset }, maxCount)
  if (few.count <= maxCount) return { ...few, isCountExact: true }
  const end = Math.min(rows.end, maxCount)
  const others = { count: maxCount, isCountExact: false, histogram: null }
  if (offset >= end) return { ...others, users: [] }
  const place = { offset, size: end - offset }
  if (sort !== null) return { ...others, users: await readSorted(found, query, sort, place) }
  // With one word, everybody who starts with it has it.
  const prefix = search.words.length === 1 ? Prisma.sql`${isPrefix} AND ${ageCondition(query)}` : Prisma.sql`${isPrefix} AND ${found}`
  return { ...others, users: await readRanked(found, prefix, exact, place) }
}

/**
 * The people that the search finds as a whole: those whose email is written as it is, whatever the letter case, then those whose username
 * is, then those that fold alike.
 */
export async function readExactMatches(query: UserListQuery, search: Search): Promise<ExactMatches> {
  const folded = foldText(query.q, search.foldCharacter)
  const found = await database().$queryRaw<UserRow[]>`
    SELECT ${userColumns()} FROM "User" WHERE ${isWhole(folded)} AND ${ageCondition(query)}
    ORDER BY "id" LIMIT ${MAX_EXACT_MATCHES}`
  const q = ignoreCase(query.q)
  const email = found.filter((person) => person.email !== undefined && ignoreCase(person.email) === q)
  const username = found.filter((person) => ignoreCase(person.username) === q)
  return [email, username, found].map((people) => people.map(({ id }) => id))
}

function ignoreCase(text: string): string {
  return text.normalize().toLowerCase()
}

function rankOf(exact: ExactMatches, isPrefix: Prisma.Sql): Prisma.Sql {
  const cases = exact.flatMap((ids, rank) => (ids.length > 0 ? Prisma.sql`WHEN "id" = ANY(${ids}) THEN ${Prisma.raw(String(rank))}` : []))
  const prefix = Prisma.raw(String(exact.length))
  const other = Prisma.raw(String(exact.length + 1))
  return Prisma.sql`CASE ${Prisma.join([...cases, Prisma.sql`WHEN ${isPrefix} THEN ${prefix} ELSE ${other}`], ' ')} END`
}

/**
 * One page and the ages of all who are found, or no more than their number when there are more than `maxCount`. As JSON: Prisma takes ten
 * times as long for rows. One statement: finding people costs most.
 */
async function readFew(
  found: Prisma.Sql,
  order: Prisma.Sql,
  { offset, size }: Place,
  maxCount: number,
): Promise<Omit<ListPage, 'isCountExact'>> {
  const age = Prisma.raw(isHidden('age') ? 'NULL' : '"age"')
  const [row] = await database().$queryRaw<{ count: number; ages: string | null; users: string | null }[]>`
    WITH "Found" AS MATERIALIZED (SELECT ${userColumns()}, ${keyColumns()} FROM "User" WHERE ${found} LIMIT ${maxCount + 1}),
    "Total" AS MATERIALIZED (SELECT count(*)::int AS "count" FROM "Found")
    SELECT
      "count",
      CASE WHEN "count" <= ${maxCount} THEN (
        SELECT json_agg(json_build_array("age", "people"))::text FROM (
          SELECT coalesce(${age}, ${Prisma.raw(String(UNKNOWN_AGE))}) AS "age", count(*) AS "people" FROM "Found" GROUP BY 1
        ) AS "Age"
      ) END AS "ages",
      CASE WHEN "count" <= ${maxCount} THEN (
        SELECT json_agg("Page")::text FROM (
          SELECT ${userColumns()} FROM "Found" ORDER BY ${order} LIMIT ${size} OFFSET ${offset}
        ) AS "Page"
      ) END AS "users"
    FROM "Total"`
  return {
    users: JSON.parse(row?.users ?? '[]'),
    count: row?.count ?? 0,
    histogram: parseAges(row?.ages),
  }
}

/** Exact matches, then those whose username starts with a word, then all others, each by id: as few of each as the page may need. */
async function readRanked(found: Prisma.Sql, prefix: Prisma.Sql, exact: ExactMatches, { offset, size }: Place): Promise<UserRow[]> {
  const wanted = offset + size
  const ranks = exact.flatMap((ids, rank) =>
    ids.length > 0 ? Prisma.sql`SELECT unnest(${ids}::int[]) AS "id", ${Prisma.raw(String(rank))} AS "rank" UNION ALL` : [],
  )
  return database().$queryRaw<UserRow[]>`
    SELECT ${userColumns()} FROM (
      SELECT "id", min("rank") AS "rank" FROM (
        ${Prisma.join([Prisma.empty, ...ranks], ' ')}
        (SELECT "id", ${Prisma.raw(String(exact.length))} AS "rank" FROM "User" WHERE ${prefix} ORDER BY "id" LIMIT ${wanted})
        UNION ALL
        (SELECT "id", ${Prisma.raw(String(exact.length + 1))} FROM "User" WHERE ${found} ORDER BY "id" LIMIT ${wanted})
      ) AS "Ranked" GROUP BY "id" ORDER BY "rank", "id" LIMIT ${size} OFFSET ${offset}
    ) AS "Page" JOIN "User" USING ("id") ORDER BY "rank", "id"`
}
