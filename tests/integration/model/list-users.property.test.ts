import { test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import { sqliteDirectory } from '../../fixtures/engines.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { expectPlainLists } from './expect-plain-lists.ts'
import { modelOn } from './model-on.ts'
import { migrationsWithSmallBlocks } from './small-blocks.ts'

// So small that a few dozen people need every plan that a million do.
const SMALL: ListLimits = {
  maxCount: 30,
  maxSortRows: 34,
  probeRows: 12,
  maxWalkRows: 36,
  maxSkipRows: 3,
  maxOffsetRows: 1_000,
  firstBatchRows: 3,
  maxIndexPages: 0,
  maxWordPages: 400,
  maxRarePages: 40,
  maxCpuMs: Number.POSITIVE_INFINITY,
}
const PATIENT: ListLimits = { ...LIST_LIMITS, maxCpuMs: Number.POSITIVE_INFINITY }
const TIGHT: ListLimits = {
  ...SMALL,
  maxCount: 5,
  maxSortRows: 6,
  probeRows: 6,
  maxWalkRows: 12,
  maxOffsetRows: 40,
}

const RUNS = 100

test.each([
  ['the limits of production', PATIENT],
  ['small limits', SMALL],
  ['tight limits', TIGHT],
  ['small limits, but for a long walk', { ...SMALL, maxWalkRows: 1_000 }],
  ['the limits of production, where the index looks for rare parts of words', { ...PATIENT, maxWordPages: 0 }],
  ['small limits, where the index looks for rare parts of words', { ...SMALL, maxIndexPages: 20, maxWordPages: 0 }],
  ['small limits, where the index is read at once', { ...SMALL, maxIndexPages: 800 }],
  ['tight limits, where the index is read at once', { ...TIGHT, maxIndexPages: 800 }],
  ['small limits, where it is for some words only', { ...SMALL, maxIndexPages: 20 }],
  ['tight limits, where it is for some words only', { ...TIGHT, maxIndexPages: 20 }],
])('lists the same people as a plain filter and sort of everybody, within %s', { timeout: 300_000 }, async (_, limits) => {
  const temporary = temporaryDatabase(migrationsWithSmallBlocks())
  const { listUsers } = await modelOn(temporary)
  await expectPlainLists(listUsers, sqliteDirectory(temporary), { limits, mayBeTooBroad: limits !== PATIENT, runs: RUNS })
})
