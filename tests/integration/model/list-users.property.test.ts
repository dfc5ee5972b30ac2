import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import { addPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, listPlainly, listWords } from './list-plainly.ts'
import { modelOn } from './model-on.ts'
import { people, query } from './random-lists.ts'
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
const QUERIES_PER_RUN = 12

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
  const { sql, ...temporary } = temporaryDatabase(migrationsWithSmallBlocks())
  const { listUsers } = await modelOn({ sql, ...temporary })
  await fc.assert(
    fc.asyncProperty(people, fc.array(query, { minLength: QUERIES_PER_RUN, maxLength: QUERIES_PER_RUN }), async (everybody, queries) => {
      sql.exec('DELETE FROM "User"')
      addPeople(sql, everybody)
      for (const asked of queries) {
        const expected = listPlainly(everybody, asked)
        const isBroad = listWords(asked.q).length > 0 && expected.length > limits.maxCount
        const reachable = isBroad ? expected.slice(0, limits.maxCount) : expected
        const pageCount = Math.max(1, Math.ceil(reachable.length / asked.size))
        for (let page = 1; page <= pageCount + 1; page++) {
          const listed = await listUsers({ ...asked, page }, { limits })
          if (listed.isTooBroad) expect(limits).not.toBe(PATIENT)
          expect(listed).toEqual({
            users: listed.isTooBroad ? [] : reachable.slice((page - 1) * asked.size, page * asked.size),
            count: reachable.length,
            isCountExact: !isBroad,
            pageCount,
            histogram: isBroad ? null : countPlainly(expected),
            isTooBroad: listed.isTooBroad,
          })
        }
      }
    }),
    { numRuns: RUNS },
  )
})
