import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { EVERYBODY } from '../ages.ts'
import { database } from '../database.ts'
import { INDEXES, type IndexRange } from '../ordered-list.ts'
import type { WorkBudget } from '../work-budget.ts'
import { searchedText } from './query.ts'

type WalkRange = Pick<IndexRange, 'key' | 'dir' | 'index' | 'where'>

type Key = string | number | bigint | null | undefined

const FIRST_STEP_ROWS = 200

/** How a walk passes on the key where the next statement starts. */
const ID_CURSOR = { read: (key: Prisma.Sql) => key, write: (value: Key) => Prisma.sql`${value}` }
// By its bytes: text that is not valid UTF-8 would come back changed, and the walk would skip people or never end.
const TEXT_CURSOR = {
  read: (key: Prisma.Sql) => Prisma.sql`hex(CAST(${key} AS BLOB))`,
  write: (value: Key) => Prisma.sql`CAST(unhex(${value}) AS TEXT)`,
}

/**
 * Reads people in the order of `ranges`, batch by batch, until `wanted` match: their ids, or fewer when there are no more.
 * @param maxRows gives, from the rows read and the matches found, how many rows may be read in all.
 * @returns null when `maxRows` or `budget` ends the walk before. Raw SQL: Prisma has neither INDEXED BY nor FILTER.
 */
export async function walk(
  ranges: WalkRange[],
  condition: Prisma.Sql | null,
  wanted: number,
  maxRows: (read: number, found: number) => number,
  budget: WorkBudget,
): Promise<number[] | null> {
  const texts = Prisma.raw(
    searchedText()
      .columns.map((column) => `"${column}"`)
      .join(),
  )
  const ids: number[] = []
  let step = FIRST_STEP_ROWS
  let read = 0
  for (const { key, index, where, dir } of ranges) {
    const column = Prisma.raw(`"${key}"`)
    const cursor = key === 'id' ? ID_CURSOR : TEXT_CURSOR
    const [order, beyond, last] =
      dir === 'asc' ? [Prisma.sql`ASC`, Prisma.sql`>`, Prisma.sql`max`] : [Prisma.sql`DESC`, Prisma.sql`<`, Prisma.sql`min`]
    let start = Prisma.empty
    for (;;) {
      if (ids.length >= wanted) return ids.slice(0, wanted)
      const limit = Math.min(step, maxRows(read, ids.length) - read)
      if (limit <= 0 || budget.isSpent) return null
      const { result, isQuick } = await budget.spend(
        () => database().$queryRaw<{ ids: string; last: Key; rows: number | bigint }[]>`
        SELECT
          json_group_array("id") FILTER (WHERE ${condition ?? EVERYBODY}) AS "ids",
          ${cursor.read(Prisma.sql`${last}(${column})`)} AS "last",
          count(*) AS "rows"
        FROM (
          SELECT ${texts}, "id" FROM "UserText" ${index}
          WHERE ${where} ${start} ORDER BY ${column} ${order} LIMIT ${limit}
        )`,
      )
      const [row] = result
      const found: number[] = JSON.parse(row?.ids ?? '[]')
      for (const id of found) ids.push(id)
      const rows = Number(row?.rows ?? 0)
      read += rows
      if (rows < limit) break
      start = Prisma.sql`AND ${column} ${beyond} ${cursor.write(row?.last)}`
      if (isQuick) step *= 2
    }
  }
  return ids.slice(0, wanted)
}

/** The number of rows in `ranges` of usernames, at most one more than may be sorted. */
export async function countPrefixRows(ranges: Prisma.Sql[], budget: WorkBudget): Promise<number> {
  const { maxSortRows } = budget.limits
  let people = 0
  for (const where of ranges) {
    const [row] = await budget.run(
      () => database().$queryRaw<{ people: number | bigint }[]>`
      SELECT count(*) AS "people" FROM (SELECT 1 FROM "UserText" ${INDEXES.username} WHERE ${where} LIMIT ${maxSortRows + 1 - people})`,
    )
    people += Number(row?.people)
    if (people > maxSortRows) break
  }
  return people
}

/** The ids, ascending, of the people whose username is in one of `ranges` and who meet `condition`; null when `budget` is spent before. */
export async function readPrefixMatches(ranges: Prisma.Sql[], condition: Prisma.Sql | null, budget: WorkBudget): Promise<number[] | null> {
  const walkRanges = ranges.map((where) => ({ key: 'username' as const, dir: 'asc' as const, index: INDEXES.username, where }))
  const ids = await walk(walkRanges, condition, Number.POSITIVE_INFINITY, () => Number.POSITIVE_INFINITY, budget)
  return ids && [...new Set(ids)].sort((a, b) => a - b)
}
