import fc from 'fast-check'
import { expect } from 'vitest'
import type { ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import type { listUsers } from '../../../app/_models/user.ts'
import type { Directory } from '../../fixtures/engines.ts'
import { countPlainly, listPlainly, listWords } from './list-plainly.ts'
import { people, query } from './random-lists.ts'

const QUERIES_PER_RUN = 12

type Options = { limits: ListLimits; mayBeTooBroad: boolean; runs: number }

/** Expects that `list` gives the same people as a plain filter and sort of everybody, for random people and queries. */
export async function expectPlainLists(
  list: typeof listUsers,
  { execute, addPeople }: Pick<Directory, 'execute' | 'addPeople'>,
  { limits, mayBeTooBroad, runs }: Options,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(people, fc.array(query, { minLength: QUERIES_PER_RUN, maxLength: QUERIES_PER_RUN }), async (everybody, queries) => {
      await execute('DELETE FROM "User"')
      await addPeople(everybody)
      for (const asked of queries) {
        const expected = listPlainly(everybody, asked)
        const isBroad = listWords(asked.q).length > 0 && expected.length > limits.maxCount
        const reachable = isBroad ? expected.slice(0, limits.maxCount) : expected
        const pageCount = Math.max(1, Math.ceil(reachable.length / asked.size))
        for (let page = 1; page <= pageCount + 1; page++) {
          const listed = await list({ ...asked, page }, { limits })
          if (listed.isTooBroad) expect(mayBeTooBroad).toBe(true)
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
    { numRuns: runs },
  )
}
