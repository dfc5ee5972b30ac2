import 'server-only'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { Direction, Sort } from '../user-list-query.ts'
import { type AgeHistogram, EVERYBODY, sumPeople } from './ages.ts'
import { database } from './database.ts'
import type { WorkBudget } from './work-budget.ts'

/** People who lie in the right order in one stretch of one index. A list in order is one or more of these, one after the other. */
export type Stretch = {
  /** It has the names as well, for a walk. */
  index: Prisma.Sql
  /** The smallest in this order that has what `where` asks for. */
  skippingIndex: Prisma.Sql
  key: Prisma.Sql
  where: Prisma.Sql
  dir: Direction
  people: number
}

/** Which of the people walked through are wanted: by a condition on "username" and "email", or by their ids, which is quicker. */
export type Filter = { condition: Prisma.Sql } | { ids: number[] } | null

const FIRST_STEP = 200

const ID = Prisma.sql`"id"`
const NAMES = Prisma.sql`"username", "email"`

type Place = string | number | bigint | null | undefined

/** How a walk goes on from the key where it has stopped. */
const ID_CURSOR = { read: (last: Prisma.Sql) => last, write: (place: Place) => Prisma.sql`${place}` }
// By its bytes: text that is not valid UTF-8 would come back as another one, and the walk would skip people or never end.
const TEXT_CURSOR = {
  read: (last: Prisma.Sql) => Prisma.sql`hex(CAST(${last} AS BLOB))`,
  write: (place: Place) => Prisma.sql`CAST(unhex(${place}) AS TEXT)`,
}

const AGE_INDEX = Prisma.sql`"User_age_id_username_email_idx"`
// Nobody shares an id, a username or an e-mail, so that these need nothing to settle ties.
const ORDERS = {
  id: { key: ID, index: Prisma.sql`"User_id_age_idx"`, keyIndex: Prisma.sql`"User_id_age_idx"` },
  username: { key: Prisma.sql`"username"`, index: Prisma.sql`"User_username_age_email_idx"`, keyIndex: Prisma.sql`"User_username_key"` },
  email: { key: Prisma.sql`"email"`, index: Prisma.sql`"User_email_age_username_idx"`, keyIndex: Prisma.sql`"User_email_key"` },
}

/** The people whose ages `histogram` counts, which are those that `condition` on their age admits, in order. */
export function listStretches(sort: Sort, dir: Direction, condition: Prisma.Sql | null, histogram: AgeHistogram): Stretch[] {
  if (sort !== 'age') {
    const { key, index, keyIndex } = ORDERS[sort]
    const skippingIndex = condition ? index : keyIndex
    return [{ index, skippingIndex, key, where: condition ?? EVERYBODY, dir, people: sumPeople(histogram) }]
  }
  // Each age is a stretch, as ids ascend both ways; that also makes every page cheap, as the histogram says which age it begins in.
  const known = histogram.filter(({ age }) => age !== null)
  const unknown = histogram.filter(({ age }) => age === null)
  return [...(dir === 'asc' ? known : known.toReversed()), ...unknown].map(({ age, people }) => {
    const where = age === null ? Prisma.sql`"age" IS NULL` : Prisma.sql`"age" = ${age}`
    return { index: AGE_INDEX, skippingIndex: AGE_INDEX, key: ID, where, dir: 'asc', people }
  })
}

/** The ids from `offset` on, or null when it is further from both ends than the limits of `budget` allow. `everybody` counts those not admitted too. */
export async function readPage(
  stretches: Stretch[],
  offset: number,
  size: number,
  everybody: number,
  budget: WorkBudget,
): Promise<number[] | null> {
  const ids: number[] = []
  let before = 0
  for (const stretch of stretches) {
    const first = Math.max(0, offset - before)
    const end = Math.min(stretch.people, offset + size - before)
    before += stretch.people
    if (first >= end) continue
    // Entries that a filter skips have to be read too, unless the index has just the admitted ones, as that of ages.
    const entries = stretches.length > 1 ? 1 : everybody / stretch.people
    if (Math.min(end, stretch.people - first) * entries > budget.limits.skipped) return null
    ids.push(...(await budget.run(() => readStretch(stretch, first, end))))
  }
  return ids
}

// Skipping costs as much as reading: it begins at the nearer end.
async function readStretch({ skippingIndex, key, where, dir, people }: Stretch, first: number, end: number): Promise<number[]> {
  const isBackwards = end > people - first
  const order = (dir === 'desc') === isBackwards ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const [row] = await database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "User" INDEXED BY ${skippingIndex} WHERE ${where}
      ORDER BY ${key} ${order} LIMIT ${end - first} OFFSET ${isBackwards ? people - end : first}
    )`
  const ids: number[] = JSON.parse(row?.ids ?? '[]')
  return isBackwards ? ids.reverse() : ids
}

/**
 * The first `wanted` ids of those that `filter` admits, or all of them when they are fewer. `reach` says, from how many people have been
 * walked and found, how many may be walked in all: null when that or `budget` ends the walk before.
 */
export async function walk(
  stretches: Stretch[],
  filter: Filter,
  wanted: number,
  reach: (walked: number, found: number) => number,
  budget: WorkBudget,
): Promise<number[] | null> {
  const condition = filter && 'condition' in filter ? filter.condition : null
  const admitted = filter && 'ids' in filter ? Int32Array.from(filter.ids) : null
  const ids: number[] = []
  let step = FIRST_STEP
  let walked = 0
  for (const { index, key, where, dir } of stretches) {
    const cursor = key === ID ? ID_CURSOR : TEXT_CURSOR
    const [order, further, furthest] =
      dir === 'asc' ? [Prisma.sql`ASC`, Prisma.sql`>`, Prisma.sql`max`] : [Prisma.sql`DESC`, Prisma.sql`<`, Prisma.sql`min`]
    let rest = Prisma.empty
    for (;;) {
      if (ids.length >= wanted) return ids.slice(0, wanted)
      const length = Math.min(step, reach(walked, ids.length) - walked)
      if (length <= 0 || budget.isSpent) return null
      const { result, isQuick } = await budget.spend(
        () => database().$queryRaw<{ ids: string; last: string | number | bigint | null; people: number | bigint }[]>`
        SELECT json_group_array("id") FILTER (WHERE ${condition ?? EVERYBODY}) AS "ids", ${cursor.read(Prisma.sql`${furthest}(${key})`)} AS "last", count(*) AS "people" FROM (
          SELECT ${condition ? NAMES : key}, "id" FROM "User" INDEXED BY ${index} WHERE ${where} ${rest} ORDER BY ${key} ${order} LIMIT ${length}
        )`,
      )
      const [row] = result
      const found: number[] = JSON.parse(row?.ids ?? '[]')
      for (const id of found) if (admitted === null || includesSorted(admitted, id)) ids.push(id)
      const people = Number(row?.people ?? 0)
      walked += people
      if (people < length) break
      rest = Prisma.sql`AND ${key} ${further} ${cursor.write(row?.last)}`
      if (isQuick) step *= 2
    }
  }
  return ids.slice(0, wanted)
}

/**
 * The ids, ascending, of those whom `filter` admits and whose username is in one of the ranges `begins`. Null when `budget` does not allow
 * to read so many.
 */
export async function readBeginning(
  begins: Prisma.Sql[],
  filter: Filter,
  age: Prisma.Sql | null,
  budget: WorkBudget,
): Promise<number[] | null> {
  const stretches: Stretch[] = []
  const { key, index } = ORDERS.username
  let left = budget.limits.begun
  for (const range of begins) {
    const where = Prisma.sql`${range} AND ${age ?? EVERYBODY}`
    const [row] = await budget.run(
      () => database().$queryRaw<{ people: number | bigint }[]>`
      SELECT count(*) AS "people" FROM (SELECT 1 FROM "User" INDEXED BY ${index} WHERE ${where} LIMIT ${left + 1})`,
    )
    const people = Number(row?.people)
    left -= people
    if (left < 0) return null
    stretches.push({ index, skippingIndex: index, key, where, dir: 'asc', people })
  }
  const ids = await walk(stretches, filter, Number.POSITIVE_INFINITY, () => budget.limits.begun + 1, budget)
  return ids && [...new Set(ids)].sort((a, b) => a - b)
}

/** Whether `ids`, which ascend, include `id`. */
function includesSorted(ids: Int32Array, id: number): boolean {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? id) < id) low = middle + 1
    else high = middle
  }
  return ids[low] === id
}
