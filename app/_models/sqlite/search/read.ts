import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { isHidden } from '../../../_site/site.ts'
import { type AgeHistogram, parseAges, UNKNOWN_AGE } from '../../age-histogram.ts'
import type { Direction, Sort } from '../../user-list-query.ts'
import { EVERYBODY } from '../ages.ts'
import { database } from '../database.ts'
import { INDEXES } from '../ordered-list.ts'
import type { WorkBudget } from '../work-budget.ts'
import { type IndexQuery, isWhole, type SearchedText, writtenText } from './query.ts'

// The statements of a search, in raw SQL: Prisma has no FTS5, no INDEXED BY, and returns rows where one JSON array of ids is enough.

/** Ids of matches. */
export type UserBatch = {
  ids: number[]
  /** Whether nobody else matches. False also when the search stopped before it knew. */
  isComplete: boolean
}

type Page = { dir: Direction; offset: number; size: number }

// Looks people up by id.
const TEXTS = Prisma.sql`CROSS JOIN "UserText" ${INDEXES.id} ON "UserText"."id" =`

// Only people who have written the same name in many ways can fill this.
const MAX_EXACT_MATCHES = 1_000

/** The ids, ascending, of everybody that a cheap index query finds, without its condition. */
export async function readAllMatches({ index, expression }: IndexQuery, budget: WorkBudget): Promise<number[]> {
  const table = Prisma.raw(`"${index}"`)
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "rowid" AS "id" FROM ${table} WHERE ${table} MATCH ${expression} ORDER BY "rowid"
    )`,
  )
  return JSON.parse(result[0]?.ids ?? '[]')
}

/** Up to `wanted` ids, in order of id, of the people that the index query finds and that `age` admits. */
export async function readIndexBatches(
  { index, expression, condition, isCheap }: IndexQuery,
  { age, dir = 'asc', wanted = Number.POSITIVE_INFINITY }: { age: Prisma.Sql | null; dir?: Direction; wanted?: number },
  budget: WorkBudget,
): Promise<UserBatch> {
  const table = Prisma.raw(`"${index}"`)
  const isFiltered = condition !== null || age !== null
  const people = isFiltered ? Prisma.sql`${TEXTS} "found"` : Prisma.empty
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
        SELECT "rowid" AS "found" FROM ${table} WHERE ${table} MATCH ${expression} ${start} ORDER BY "rowid" ${order} LIMIT ${limit}
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

/**
 * The ids of the people in `age` who have a value in one of `columns` that folds to `folded` as a whole: first those whose email is `q` in
 * any letter case, then those whose username is, then the others; each ascending.
 */
export async function readExactMatches(
  q: string,
  folded: string,
  { columns }: SearchedText,
  age: Prisma.Sql | null,
  budget: WorkBudget,
): Promise<number[][]> {
  const texts = Prisma.raw(columns.map((column) => `"${column}"`).join())
  const wholes = columns.map(
    (column) =>
      Prisma.sql`SELECT "id", ${texts} FROM "UserText" ${INDEXES[column]} WHERE ${isWhole(column, folded)} AND ${age ?? EVERYBODY}`,
  )
  const [row] = await budget.run(
    () => database().$queryRaw<{ found: string }[]>`
    SELECT json_group_array(json_array("id", ${texts})) AS "found" FROM (
      ${Prisma.join(wholes, ' UNION ')} ORDER BY "id" LIMIT ${MAX_EXACT_MATCHES}
    )`,
  )
  const found: [id: number, ...texts: string[]][] = JSON.parse(row?.found ?? '[]')
  const isWritten = (text = '') => ignoreCase(writtenText(text)) === ignoreCase(q)
  const written = columns.map((_, place) => found.filter(([, ...texts]) => isWritten(texts[place])))
  return [...written.reverse(), found].map((people) => people.map(([id]) => id))
}

function ignoreCase(text: string): string {
  return text.normalize().toLowerCase()
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
      SELECT json_group_array("UserText"."id") FILTER (WHERE ${age}) AS "ids" FROM json_each(${JSON.stringify(batch)}) ${TEXTS} "value"`,
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
    SELECT json_group_array("id") AS "ids" FROM (SELECT "id" FROM "UserText" ${INDEXES.age} WHERE ${age})`,
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
      SELECT "UserText"."id" FROM json_each(${JSON.stringify(ids)}) ${TEXTS} "value"
      ORDER BY ${key} ${Prisma.raw(dir)} NULLS LAST, "UserText"."id" LIMIT ${size} OFFSET ${offset}
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
      SELECT "UserText"."id" AS "id", ${isHidden('age') ? UNKNOWN_AGE : Prisma.sql`ifnull("age", ${UNKNOWN_AGE})`} AS "age", ${key} AS "key"
      FROM json_each(${JSON.stringify(ids)}) ${TEXTS} "value"
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

function columnOf(sort: Sort | Prisma.Sql): Prisma.Sql {
  return typeof sort === 'string' ? Prisma.raw(`"UserText"."${sort}"`) : sort
}
