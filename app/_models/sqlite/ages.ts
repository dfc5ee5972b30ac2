import 'server-only'
import { Prisma } from '../../../prisma/generated/client.ts'
import type { UserListQuery } from '../user-list-query.ts'
import { database } from './database.ts'

/** How many people there are of each age, youngest first, those of unknown age (null) last. Only ages that somebody has. */
export type AgeHistogram = { age: number | null; people: number }[]

type AgeFilter = Pick<UserListQuery, 'age_min' | 'age_max' | 'age'>

const MAX_AGE = 150

/** The condition that admits everybody. */
export const EVERYBODY = Prisma.sql`TRUE`

/** What SQL says for an age that is not known. */
export const UNKNOWN_AGE = -1

/** The ages of all people that `filter` admits. */
export async function readAgeHistogram(filter: AgeFilter): Promise<AgeHistogram> {
  const [row] = await database().$queryRaw<{ ages: string }[]>`
    SELECT json_group_array(json_array("age", "people")) AS "ages" FROM "UserAgeCount" WHERE "people" > 0`
  return parseAges(row?.ages).filter(({ age }) => isAdmitted(age, filter))
}

export function sumPeople(histogram: AgeHistogram): number {
  return histogram.reduce((sum, { people }) => sum + people, 0)
}

/** The condition on "age" that `filter` stands for, or null when it admits everybody. */
export function ageCondition(filter: AgeFilter): Prisma.Sql | null {
  if (filter.age === 'unknown') return Prisma.sql`"age" IS NULL`
  if (filter.age_min === null && filter.age_max === null) return null
  // The adapter passes numbers as REAL, with which a comparison takes longer: a late page makes half a million.
  return Prisma.sql`"age" BETWEEN ${BigInt(filter.age_min ?? 0)} AND ${BigInt(filter.age_max ?? MAX_AGE)}`
}

function isAdmitted(age: number | null, filter: AgeFilter): boolean {
  if (filter.age === 'unknown') return age === null
  if (filter.age_min === null && filter.age_max === null) return true
  return age !== null && age >= (filter.age_min ?? 0) && age <= (filter.age_max ?? MAX_AGE)
}

/** What SQL has counted: a JSON array of pairs of an age and how many have it. */
export function parseAges(text = '[]'): AgeHistogram {
  const counts: [number, number][] = JSON.parse(text)
  const histogram = counts.map(([age, people]) => ({ age: age === UNKNOWN_AGE ? null : age, people }))
  return histogram.sort((a, b) => (a.age ?? Number.POSITIVE_INFINITY) - (b.age ?? Number.POSITIVE_INFINITY))
}
