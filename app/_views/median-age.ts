import type { AgeHistogram } from '../_models/user.ts'

/** The age that as many people are below as above, among those with an age: half a year between two people. Null where no one has one. */
export function medianAge(histogram: AgeHistogram): number | null {
  const known = histogram.flatMap(({ age, people }) => (age === null ? [] : [{ age, people }]))
  const total = known.reduce((sum, { people }) => sum + people, 0)
  if (total === 0) return null
  return (ageAt(known, Math.ceil(total / 2)) + ageAt(known, Math.floor(total / 2) + 1)) / 2
}

/** The age of the person at `position`, from 1, in the order of age. */
function ageAt(known: { age: number; people: number }[], position: number): number {
  let before = 0
  for (const { age, people } of known) {
    before += people
    if (before >= position) return age
  }
  throw new RangeError(`There is no person at ${position}`)
}
