import { expect, test } from 'vitest'
import { nextPollMs } from '../../app/_views/live-schedule.ts'

const RANDOMS = [0, 0.25, 0.5, 0.99]

test.each([
  ['usually', { failures: 0, isSaving: false }, 1_800, 2_200],
  ['to save energy or data', { failures: 0, isSaving: true }, 3_150, 3_850],
  ['after one failure', { failures: 1, isSaving: false }, 3_600, 4_400],
  ['after two failures', { failures: 2, isSaving: false }, 7_200, 8_800],
  ['after an hour of failures', { failures: 60, isSaving: false }, 49_000, 60_000],
  ['after ages of failures', { failures: 10_000, isSaving: true }, 49_000, 60_000],
])('%s, the next poll with %j comes after %i to %i ms', (_, situation, shortest, longest) => {
  const delays = RANDOMS.map((random) => nextPollMs({ ...situation, random }))
  for (const delay of delays) {
    expect(delay).toBeGreaterThanOrEqual(shortest)
    expect(delay).toBeLessThanOrEqual(longest)
  }
  expect(new Set(delays).size).toBe(RANDOMS.length)
})

// nginx may answer with what it stored up to a second ago.
test.each([true, false])('a change shows within 5 s, saving: %s', (isSaving) => {
  expect(nextPollMs({ failures: 0, isSaving, random: 1 }) + 1_000).toBeLessThan(5_000)
})
