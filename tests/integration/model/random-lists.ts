import fc from 'fast-check'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { foldAscii } from '../../fixtures/fold-ascii.ts'

// Random people and lists, of few letters: most words match somebody.

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
export const people = fc
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

export const query: fc.Arbitrary<UserListQuery> = fc.record({
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
