import 'server-only'
import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { isHidden } from '../../_site/site.ts'
import { type AgeFilter, type AgeHistogram, isAgeAdmitted, parseAges } from '../age-histogram.ts'
import { MAX_AGE } from '../user-list-query.ts'
import { database } from './database.ts'

/** The condition that everybody meets. */
export const EVERYBODY = Prisma.sql`TRUE`

/** The number of people. Raw SQL: `user.count()` reads an index of all people; triggers keep these counts. */
export async function sumAges(): Promise<number> {
  const [row] = await database().$queryRaw<{ count: number }[]>`
    SELECT coalesce(sum("people"), 0)::float8 AS "count" FROM "UserAgeCount"`
  return Number(row?.count)
}

/**
 * The ages of the people that `filter` admits; where ages are hidden, that of everybody is unknown. Raw SQL: `groupBy` reads an index of all
 * people; triggers keep these counts.
 */
export async function readAges(filter: AgeFilter): Promise<AgeHistogram> {
  if (isHidden('age')) return [{ age: null, people: await sumAges() }]
  const [row] = await database().$queryRaw<{ ages: string | null }[]>`
    SELECT json_agg(json_build_array("age", "people"))::text AS "ages" FROM (
      SELECT "age", sum("people") AS "people" FROM "UserAgeCount" GROUP BY "age" HAVING sum("people") > 0
    ) AS "Count"`
  return parseAges(row?.ages).filter(({ age }) => isAgeAdmitted(age, filter))
}

/** The condition on "age" for `filter`. */
export function ageCondition(filter: AgeFilter): Prisma.Sql {
  if (filter.age === 'unknown') return Prisma.sql`"age" IS NULL`
  if (filter.age_min === null && filter.age_max === null) return EVERYBODY
  return Prisma.sql`"age" BETWEEN ${filter.age_min ?? 0} AND ${filter.age_max ?? MAX_AGE}`
}
