import type { UserListQuery } from './user-list-query.ts'

/** The number of people of each age, youngest first, unknown age (null) last. Ages that nobody has are left out. */
export type AgeHistogram = { age: number | null; people: number }[]

export type AgeFilter = Pick<UserListQuery, 'age_min' | 'age_max' | 'age'>

/** The age that stands for "unknown" in "UserAgeCount" and in JSON from SQL. */
export const UNKNOWN_AGE = -1

/** Reads a JSON array of [age, people] pairs, as SQL returns it. */
export function parseAges(text: string | null = '[]'): AgeHistogram {
  const counts: [number, number][] = JSON.parse(text ?? '[]')
  const histogram = counts.map(([age, people]) => ({ age: age === UNKNOWN_AGE ? null : age, people }))
  return histogram.sort((a, b) => (a.age ?? Number.POSITIVE_INFINITY) - (b.age ?? Number.POSITIVE_INFINITY))
}

export function sumPeople(counts: { people: number }[]): number {
  return counts.reduce((sum, { people }) => sum + people, 0)
}

export function isAgeAdmitted(age: number | null, filter: AgeFilter): boolean {
  if (filter.age === 'unknown') return age === null
  if (filter.age_min === null && filter.age_max === null) return true
  return age !== null && age >= (filter.age_min ?? 0) && age <= (filter.age_max ?? Number.POSITIVE_INFINITY)
}
