import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { addPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, foldAscii, listPlainly, listWords } from './list-plainly.ts'
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
const QUERIES_PER_RUN = 12

const letters = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('a', 'A', 'b', 'é', 'É', '-') },
  fc.constantFrom('B', 'ж', 'Ж', 'ł', '小', '하', 'ａ', 'ß', '’', '%', '_', '.', '"', '*', '(', "'", '\\', '[', '?', '^', '😀', '\u0301'),
)
const text = fc.string({ unit: letters, minLength: 1, maxLength: 5 })
// What a name or an email begins with is something to see.
const seen = text.map((name) => name.replace(/^\u0301/, 'e\u0301'))
const words = fc.oneof(
  text,
  fc.constantFrom(
    'ab',
    'a',
    'aB',
    'aba',
    'NEAR',
    'AND',
    'x.y',
    '@x',
    'é',
    'e',
    'B@X.y',
    'B-',
    'b@x.y',
    '小',
    '하',
    'ss',
    '\u200b',
    'b-',
    '.a',
    '__',
    '[',
    '?',
    '*a',
  ),
)
const age = fc.oneof(fc.constant(null), fc.integer({ min: 18, max: 24 }), fc.constantFrom(0, 150))

const person = fc.record({
  id: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 2 ** 31 - 1 })),
  username: fc.oneof(
    seen,
    fc.tuple(seen, fc.constantFrom(' ', '.', '_', '-'), text).map((parts) => parts.join('')),
    // "baba" has the trigrams of "abab".
    fc.tuple(fc.constantFrom('abab', 'baba'), text).map((parts) => parts.join('')),
  ),
  email: seen.map((name) => `${name}@x.y`),
  age,
})
// Few, or more than the small limits count: left to itself fast-check draws some ten.
const people = fc
  .oneof(
    fc.uniqueArray(person, { maxLength: 12, selector: ({ id }) => id }),
    fc.uniqueArray(person, { minLength: 45, maxLength: 80, selector: ({ id }) => id }),
  )
  .map((candidates) => {
    const [names, emails] = [new Set<string>(), new Set<string>()]
    return candidates.filter(({ username, email }) => {
      const isNew = !names.has(foldAscii(username)) && !emails.has(foldAscii(email))
      if (isNew) names.add(foldAscii(username))
      if (isNew) emails.add(foldAscii(email))
      return isNew
    })
  })

const query: fc.Arbitrary<UserListQuery> = fc.record({
  q: fc.oneof(
    { weight: 2, arbitrary: fc.constant('') },
    { weight: 3, arbitrary: fc.array(words, { maxLength: 3 }).map((list) => list.join(' ')) },
    {
      weight: 4,
      arbitrary: fc.shuffledSubarray(['a', 'ab', 'abab', 'x.y', '@x', 'é'], { minLength: 1, maxLength: 2 }).map((list) => list.join(' ')),
    },
  ),
  sort: fc.constantFrom(null, 'id', 'username', 'email', 'age'),
  dir: fc.constantFrom('asc', 'desc'),
  age_min: fc.constantFrom(null, null, 0, 18, 20),
  age_max: fc.constantFrom(null, null, 19, 22, 150),
  age: fc.constantFrom(null, null, null, 'unknown'),
  page: fc.constant(1),
  size: fc.constant(25),
})

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
])('lists whom a plain filter and sort of everybody lists, within %s', { timeout: 300_000 }, async (_, limits) => {
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
