import type { AgeHistogram } from '../_models/user.ts'

/** `to` is null for a bar without an upper end. */
export type AgeBar = { from: number; to: number | null; people: number }

const STEPS = [1, 2, 5, 10]
const WIDEST_STEP = 10
// As many as fit on a phone, each wide enough for a thumb.
const MAX_BARS = 12

/**
 * The bars of `histogram` from the youngest to the oldest, all of one width in years: the smallest that needs no more than `MAX_BARS`.
 * Where even tens need more, the last bar takes the rest. No bar reaches beyond `min` and `max`, so that its link never widens the list.
 */
export function listAgeBars(histogram: AgeHistogram, min: number | null = null, max: number | null = null): AgeBar[] {
  const known = histogram.flatMap(({ age, people }) => (age === null ? [] : [{ age, people }]))
  const youngest = known[0]?.age
  const oldest = known.at(-1)?.age
  if (youngest === undefined || oldest === undefined) return []
  const step = STEPS.find((years) => Math.floor(oldest / years) - Math.floor(youngest / years) < MAX_BARS) ?? WIDEST_STEP
  const start = youngest - (youngest % step)
  const barCount = Math.min(MAX_BARS, Math.floor((oldest - start) / step) + 1)
  return Array.from({ length: barCount }, (_, index) => {
    const from = start + index * step
    const end = from + step - 1
    const to = index === barCount - 1 && oldest > end ? null : end
    const people = known.reduce((sum, { age, people }) => (age >= from && age <= (to ?? oldest) ? sum + people : sum), 0)
    return { from: Math.max(from, min ?? from), to: to === null ? max : Math.min(to, max ?? to), people }
  })
}
