import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { Direction, Sort } from '../../user-list-query.ts'
import { type AgeHistogram, EVERYBODY, parseAges, UNKNOWN_AGE } from '../ages.ts'
import { database } from '../database.ts'
import type { WorkBudget } from '../work-budget.ts'

const ID_AND_AGE = Prisma.sql`INDEXED BY "User_id_age_idx"`

/** What known people are sorted by: one of the list's columns, or a number that SQL gives each. */
type SortKey = Sort | Prisma.Sql

/**
 * The first `wanted` of `ids`, in their order, that both conditions admit. `isComplete` when no others are admitted; not when `budget` was
 * spent before all were looked at.
 */
export async function filterIds(
  ids: number[],
  { condition, age }: { condition: Prisma.Sql | null; age: Prisma.Sql | null },
  wanted: number,
  budget: WorkBudget,
): Promise<{ ids: number[]; isComplete: boolean }> {
  const index = condition ? Prisma.empty : ID_AND_AGE
  const admitted: number[] = []
  let step = budget.limits.scanned
  let start = 0
  while (start < ids.length && admitted.length < wanted) {
    if (budget.isSpent) return { ids: admitted, isComplete: false }
    const some = ids.slice(start, start + step)
    start += some.length
    const { result, isQuick } = await budget.spend(
      () => database().$queryRaw<{ ids: string }[]>`
      SELECT json_group_array("User"."id") FILTER (WHERE ${age ?? EVERYBODY} AND ${condition ?? EVERYBODY}) AS "ids"
      FROM json_each(${JSON.stringify(some)}) CROSS JOIN "User" ${index} ON "User"."id" = "value"`,
    )
    const found: number[] = JSON.parse(result[0]?.ids ?? '[]')
    for (const id of found) admitted.push(id)
    if (isQuick) step *= 2
  }
  return { ids: admitted.slice(0, wanted), isComplete: start >= ids.length && admitted.length <= wanted }
}

/** Those of `ids`, in their order, whose age `age` admits: all of those people are read. */
export async function filterByReadingAges(ids: number[], age: Prisma.Sql, budget: WorkBudget): Promise<number[]> {
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (SELECT "id" FROM "User" INDEXED BY "User_age_id_username_email_idx" WHERE ${age})`,
  )
  const aged = new Set<number>(JSON.parse(result[0]?.ids ?? '[]'))
  return ids.filter((id) => aged.has(id))
}

/** `ids` in order, from `offset` on. */
export async function sortIds(
  ids: number[],
  { sort, dir, offset, size }: { sort: Sort; dir: Direction; offset: number; size: number },
  budget: WorkBudget,
): Promise<number[]> {
  if (sort === 'id') return (dir === 'asc' ? ids : ids.toReversed()).slice(offset, offset + size)
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "User"."id" FROM ${peopleWith(ids, sort)} ORDER BY ${inOrder(columnOf(sort), dir)}, "User"."id" LIMIT ${size} OFFSET ${offset}
    )`,
  )
  return JSON.parse(row?.ids ?? '[]')
}

/** As `sortIds`, and the ages of all of them: to look people up costs more than all else. */
export async function sortAndCountAges(
  ids: number[],
  { sort, dir, offset, size }: { sort: SortKey; dir: Direction; offset: number; size: number },
  budget: WorkBudget,
): Promise<{ ids: number[]; histogram: AgeHistogram }> {
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string; ages: string }[]>`
    WITH "Known" AS MATERIALIZED (
      SELECT "User"."id" AS "id", ifnull("age", ${UNKNOWN_AGE}) AS "age", ${columnOf(sort)} AS "key" FROM ${peopleWith(ids, sort)}
    )
    SELECT
      (SELECT json_group_array("id") FROM (
        SELECT "id" FROM "Known" ORDER BY ${inOrder(Prisma.sql`"key"`, dir)}, "id" LIMIT ${size} OFFSET ${offset}
      )) AS "ids",
      (SELECT json_group_array(json_array("age", "people")) FROM (
        SELECT "age", count(*) AS "people" FROM "Known" GROUP BY "age"
      )) AS "ages"`,
  )
  return { ids: JSON.parse(row?.ids ?? '[]'), histogram: parseAges(row?.ages) }
}

function peopleWith(ids: number[], sort: SortKey): Prisma.Sql {
  const index = sort === 'id' || sort === 'age' ? ID_AND_AGE : Prisma.empty
  return Prisma.sql`json_each(${JSON.stringify(ids)}) CROSS JOIN "User" ${index} ON "User"."id" = "value"`
}

function columnOf(sort: SortKey): Prisma.Sql {
  return typeof sort === 'string' ? Prisma.raw(`"User"."${sort}"`) : sort
}

function inOrder(key: Prisma.Sql, dir: Direction): Prisma.Sql {
  return Prisma.sql`${key} ${Prisma.raw(dir)} NULLS LAST`
}
