import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/list-limits.ts'
import { searchWords } from '../../../app/_models/search-words.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { addPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, foldAscii, listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

// So small that a few dozen people take every way that a million do.
const SMALL: ListLimits = {
  counted: 30,
  sorted: 34,
  glanced: 12,
  walked: 36,
  passed: 40,
  begun: 10,
  skipped: 1_000,
  scanned: 3,
  pages: 0,
  wholePages: 400,
  rarePages: 40,
  milliseconds: Number.POSITIVE_INFINITY,
}
const PATIENT: ListLimits = { ...LIST_LIMITS, milliseconds: Number.POSITIVE_INFINITY }
const TIGHT: ListLimits = { ...SMALL, counted: 5, sorted: 6, glanced: 6, walked: 12, passed: 14, begun: 4, skipped: 40 }

const RUNS = 100
const QUERIES_PER_RUN = 12

const letters = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom('a', 'A', 'b', 'é', 'É', '-') },
  fc.constantFrom('B', 'ж', 'Ж', '%', '_', '.', '"', '*', '(', "'", '\\', '[', '?', '^', '😀', '\u0301'),
)
const text = fc.string({ unit: letters, minLength: 1, maxLength: 5 })
// What a name or an email begins with is something to see.
const seen = text.map((name) => name.replace(/^\u0301/, 'e\u0301'))
const words = fc.oneof(
  text,
  fc.constantFrom('ab', 'a', 'aB', 'aba', 'NEAR', 'AND', 'x.y', '@x', 'é', 'b@x.y', 'b-', '.a', '__', '[', '?', '*a'),
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
  ['small limits, but for a long walk', { ...SMALL, walked: 1_000 }],
  ['the limits of production, where the index looks for rare parts of words', { ...PATIENT, wholePages: 0 }],
  ['small limits, where the index looks for rare parts of words', { ...SMALL, pages: 20, wholePages: 0 }],
  ['small limits, where the index is read at once', { ...SMALL, pages: 800 }],
  ['tight limits, where the index is read at once', { ...TIGHT, pages: 800 }],
  ['small limits, where it is for some words only', { ...SMALL, pages: 20 }],
  ['tight limits, where it is for some words only', { ...TIGHT, pages: 20 }],
])('lists the same people as a plain filter and sort of all people, within %s', { timeout: 300_000 }, async (_, limits) => {
  const { sql, ...temporary } = temporaryDatabase()
  const { listUsers } = await modelOn({ sql, ...temporary })
  await fc.assert(
    fc.asyncProperty(people, fc.array(query, { minLength: QUERIES_PER_RUN, maxLength: QUERIES_PER_RUN }), async (everybody, queries) => {
      sql.exec('DELETE FROM "User"')
      addPeople(sql, everybody)
      for (const asked of queries) {
        const expected = listPlainly(everybody, asked)
        const isBroad = searchWords(asked.q).length > 0 && expected.length > limits.counted
        const reachable = isBroad ? expected.slice(0, limits.counted) : expected
        const pageCount = Math.max(1, Math.ceil(reachable.length / asked.size))
        for (let page = 1; page <= pageCount + 1; page++) {
          const listed = await listUsers({ ...asked, page }, limits)
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
