import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { Direction, Sort } from '../../user-list-query.ts'
import { type AgeHistogram, EVERYBODY, parseAges, UNKNOWN_AGE } from '../ages.ts'
import { database } from '../database.ts'
import type { WorkBudget } from '../work-budget.ts'
import { conditionOf, type IndexQuery, isExactly, type Word } from './query.ts'

// The statements of a search, in raw SQL: Prisma has no FTS5, no INDEXED BY, and returns rows where one JSON array of ids is enough.

/** Ids of matches. */
export type UserBatch = {
  ids: number[]
  /** Whether nobody else matches. False also when the search stopped before it knew. */
  isComplete: boolean
}

type Page = { dir: Direction; offset: number; size: number }

const ID_AGE_INDEX = Prisma.sql`INDEXED BY "User_id_age_idx"`

/** The ids, ascending, of everybody that `expression`, that of a cheap index query, finds. */
export async function readAllMatches(expression: string, budget: WorkBudget): Promise<number[]> {
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "rowid" AS "id" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ORDER BY "rowid"
    )`,
  )
  return JSON.parse(result[0]?.ids ?? '[]')
}

/** Up to `wanted` ids, in order of id, of the people that the index query finds and that `age` admits. */
export async function readIndexBatches(
  { expression, condition, isCheap }: IndexQuery,
  { age, dir = 'asc', wanted = Number.POSITIVE_INFINITY }: { age: Prisma.Sql | null; dir?: Direction; wanted?: number },
  budget: WorkBudget,
): Promise<UserBatch> {
  const isFiltered = condition !== null || age !== null
  const index = condition ? Prisma.empty : ID_AGE_INDEX
  const people = isFiltered ? Prisma.sql`CROSS JOIN "User" ${index} ON "User"."id" = "found"` : Prisma.empty
  const [order, last] = dir === 'asc' ? [Prisma.sql`ASC`, Prisma.sql`max`] : [Prisma.sql`DESC`, Prisma.sql`min`]
  const ids: number[] = []
  let start = Prisma.empty
  let step = isCheap && !isFiltered ? wanted : budget.limits.firstBatchRows
  while (ids.length < wanted) {
    if (budget.isSpent) return { ids, isComplete: false }
    const limit = isFiltered ? step : Math.min(step, wanted - ids.length)
    const { result, isQuick } = await budget.spend(
      () => database().$queryRaw<{ ids: string; last: number | bigint | null; rows: number | bigint }[]>`
      SELECT json_group_array("found") FILTER (WHERE ${age ?? EVERYBODY} AND ${condition ?? EVERYBODY}) AS "ids",
        ${last}("found") AS "last", count(*) AS "rows"
      FROM (
        SELECT "rowid" AS "found" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ${start} ORDER BY "rowid" ${order} LIMIT ${limit}
      ) ${people}`,
    )
    const [row] = result
    const found: number[] = JSON.parse(row?.ids ?? '[]')
    for (const id of found) ids.push(id)
    if (Number(row?.rows) < limit) return { ids: ids.slice(0, wanted), isComplete: ids.length <= wanted }
    // BigInt: the adapter passes numbers as REAL, and FTS5 ignores a bound that is not an integer.
    const lastId = BigInt(row?.last ?? 0)
    start = dir === 'asc' ? Prisma.sql`AND "rowid" >= ${lastId + 1n}` : Prisma.sql`AND "rowid" <= ${lastId - 1n}`
    if (isQuick) step *= 2
  }
  return { ids: ids.slice(0, wanted), isComplete: false }
}

/** The ids, ascending, of the people whose username or email is `q` as a whole, who have all `words`, and whom `age` admits. */
export async function readExactMatches(q: string, words: Word[], age: Prisma.Sql | null, budget: WorkBudget): Promise<number[]> {
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "User" WHERE ${isExactly(q)} AND ${age ?? EVERYBODY} AND ${conditionOf(words)} ORDER BY "id"
    )`,
  )
  return JSON.parse(row?.ids ?? '[]')
}

/** The first `wanted` of `ids`, in their order, that `age` admits. Looks each person up by id. */
export async function filterById(ids: number[], age: Prisma.Sql, wanted: number, budget: WorkBudget): Promise<UserBatch> {
  const admitted: number[] = []
  let step = budget.limits.firstBatchRows
  let start = 0
  while (start < ids.length && admitted.length < wanted) {
    if (budget.isSpent) return { ids: admitted, isComplete: false }
    const batch = ids.slice(start, start + step)
    start += batch.length
    const { result, isQuick } = await budget.spend(
      () => database().$queryRaw<{ ids: string }[]>`
      SELECT json_group_array("User"."id") FILTER (WHERE ${age}) AS "ids"
      FROM json_each(${JSON.stringify(batch)}) CROSS JOIN "User" ${ID_AGE_INDEX} ON "User"."id" = "value"`,
    )
    const found: number[] = JSON.parse(result[0]?.ids ?? '[]')
    for (const id of found) admitted.push(id)
    if (isQuick) step *= 2
  }
  return { ids: admitted.slice(0, wanted), isComplete: start >= ids.length && admitted.length <= wanted }
}

/** Those of `ids`, in their order, that `age` admits. Reads everybody of that age from the age index. */
export async function filterByAgeIndex(ids: number[], age: Prisma.Sql, budget: WorkBudget): Promise<number[]> {
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (SELECT "id" FROM "User" INDEXED BY "User_age_id_username_email_idx" WHERE ${age})`,
  )
  const admitted = new Set<number>(JSON.parse(result[0]?.ids ?? '[]'))
  return ids.filter((id) => admitted.has(id))
}

/** One page of `ids` sorted by a column. */
export async function sortIds(ids: number[], sort: Sort, { dir, offset, size }: Page, budget: WorkBudget): Promise<number[]> {
  const key = columnOf(sort)
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "User"."id" FROM ${peopleWith(ids, sort)}
      ORDER BY ${key} ${Prisma.raw(dir)} NULLS LAST, "User"."id" LIMIT ${size} OFFSET ${offset}
    )`,
  )
  return JSON.parse(row?.ids ?? '[]')
}

/** One page of `ids` sorted by a column or a rank, and the ages of all of them. One statement: looking people up costs most. */
export async function sortAndCountAges(
  ids: number[],
  sort: Sort | Prisma.Sql,
  { dir, offset, size }: Page,
  budget: WorkBudget,
): Promise<{ ids: number[]; histogram: AgeHistogram }> {
  const key = columnOf(sort)
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string; ages: string }[]>`
    WITH "Known" AS MATERIALIZED (
      SELECT "User"."id" AS "id", ifnull("age", ${UNKNOWN_AGE}) AS "age", ${key} AS "key" FROM ${peopleWith(ids, sort)}
    )
    SELECT
      (SELECT json_group_array("id") FROM (
        SELECT "id" FROM "Known" ORDER BY "key" ${Prisma.raw(dir)} NULLS LAST, "id" LIMIT ${size} OFFSET ${offset}
      )) AS "ids",
      (SELECT json_group_array(json_array("age", "people")) FROM (
        SELECT "age", count(*) AS "people" FROM "Known" GROUP BY "age"
      )) AS "ages"`,
  )
  return { ids: JSON.parse(row?.ids ?? '[]'), histogram: parseAges(row?.ages) }
}

function peopleWith(ids: number[], sort: Sort | Prisma.Sql): Prisma.Sql {
  const index = sort === 'id' || sort === 'age' ? ID_AGE_INDEX : Prisma.empty
  return Prisma.sql`json_each(${JSON.stringify(ids)}) CROSS JOIN "User" ${index} ON "User"."id" = "value"`
}

function columnOf(sort: Sort | Prisma.Sql): Prisma.Sql {
  return typeof sort === 'string' ? Prisma.raw(`"User"."${sort}"`) : sort
}
