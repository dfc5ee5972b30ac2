import 'server-only'
import { Prisma } from '../../../prisma/generated/client.ts'
import { isHidden } from '../../_site/site.ts'
import { type AgeFilter, type AgeHistogram, isAgeAdmitted, parseAges } from '../age-histogram.ts'
import { MAX_AGE } from '../user-list-query.ts'
import { database } from './database.ts'

/** The condition that everybody meets. */
export const EVERYBODY = Prisma.sql`TRUE`

/** The number of people. Raw SQL: `user.count()` reads an index of all people, 31 ms at a million; triggers keep these counts. */
export async function sumAges(): Promise<number> {
  const [row] = await database().$queryRaw<{ count: number | bigint }[]>`SELECT sum("people") AS "count" FROM "UserAgeCount"`
  return Number(row?.count)
}

/**
 * The ages of the people that `filter` admits; where ages are hidden, that of everybody is unknown. Raw SQL: `groupBy` reads an index of all
 * people; triggers keep these counts.
 */
export async function readAges(filter: AgeFilter): Promise<AgeHistogram> {
  if (isHidden('age')) return [{ age: null, people: await sumAges() }]
  const [row] = await database().$queryRaw<{ ages: string }[]>`
    SELECT json_group_array(json_array("age", "people")) AS "ages" FROM "UserAgeCount" WHERE "people" > 0`
  return parseAges(row?.ages).filter(({ age }) => isAgeAdmitted(age, filter))
}

/** The condition on "age" for `filter`, or null when it admits everybody. */
export function ageCondition(filter: AgeFilter): Prisma.Sql | null {
  if (filter.age === 'unknown') return Prisma.sql`"age" IS NULL`
  if (filter.age_min === null && filter.age_max === null) return null
  // BigInt: the adapter passes numbers as REAL, which compare more slowly, and a late page makes half a million comparisons.
  return Prisma.sql`"age" BETWEEN ${BigInt(filter.age_min ?? 0)} AND ${BigInt(filter.age_max ?? MAX_AGE)}`
}
