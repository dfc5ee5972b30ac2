import type { AgeHistogram } from '../_models/user.ts'

export type AgeBar = { from: number; to: number; people: number }

const STEPS = [1, 2, 5, 10, 20]
// As many as a phone has room for, each wide enough for a thumb.
const MAX_BARS = 12

/**
 * The bars that show `histogram`: all of one width in years, which is the finest that fits, from the youngest to the oldest.
 * No bar reaches beyond `min` and `max`, so that its link never widens the list.
 */
export function listAgeBars(histogram: AgeHistogram, min: number | null = null, max: number | null = null): AgeBar[] {
  const known = histogram.flatMap(({ age, people }) => (age === null ? [] : [{ age, people }]))
  const youngest = known[0]?.age
  const oldest = known.at(-1)?.age
  if (youngest === undefined || oldest === undefined) return []
  const step = STEPS.find((years) => Math.floor(oldest / years) - Math.floor(youngest / years) < MAX_BARS) ?? 20
  const bars: AgeBar[] = []
  for (let from = youngest - (youngest % step); from <= oldest; from += step) {
    const to = from + step - 1
    const people = known.reduce((sum, { age, people }) => (age >= from && age <= to ? sum + people : sum), 0)
    bars.push({ from: Math.max(from, min ?? from), to: Math.min(to, max ?? to), people })
  }
  return bars
}
