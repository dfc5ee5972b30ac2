import { expect, test } from 'vitest'
import { generatePerson } from '../../server/database/sqlite/people.ts'

const COMBINATIONS = 2 ** 21

function generatePeople(count: number, from = 0) {
  return Array.from({ length: count }, (_, index) => generatePerson(from + index))
}

test('an index always yields the same person', () => {
  expect(generatePerson(1)).toEqual({ username: 'eriksson.marta9', email: 'marta.eriksson9@example.org', age: 50 })
  expect(generatePerson(9_999_999)).toEqual({ username: 'Євген Ґудзь 942', email: 'yevhen.gudz.uk942@example.com', age: 46 })
  expect(generatePeople(1000)).toEqual(generatePeople(2000).slice(0, 1000))
})

test('usernames and emails are unique, even where the combinations of names start over', () => {
  const people = [...generatePeople(100_000), ...generatePeople(200_000, COMBINATIONS - 100_000)]
  expect(new Set(people.map(({ username }) => username.toLowerCase())).size).toBe(people.length)
  expect(new Set(people.map(({ email }) => email)).size).toBe(people.length)
})

test.each([0, COMBINATIONS - 5000, 9_995_000])('the people from index %i on are plausible', (from) => {
  for (const { username, email, age } of generatePeople(5000, from)) {
    expect(username).toMatch(/^(?:[a-z][a-z._-]{2,50}|[\p{L}\p{M} ’々]{2,50})(?:[1-9]\d*)?$/u)
    expect(email).toMatch(/^[a-z][a-z._-]{2,50}(?:[1-9]\d*)?@example\.(?:com|org|net)$/)
    expect(age === null || (Number.isInteger(age) && age >= 0 && age <= 100)).toBe(true)
  }
})

test('one in five has a name beyond ASCII, of at least thirty languages', () => {
  const beyond = generatePeople(100_000).filter(({ username }) => /[^ -~]/.test(username))
  expect(beyond).toHaveLength(20_000)
  const languages = new Set(beyond.map(({ email }) => /\.([a-z]+)\d*@/.exec(email)?.[1]))
  expect(languages.size).toBeGreaterThanOrEqual(30)
  const shareOf = (character: string) => beyond.filter(({ username }) => username.includes(character)).length / 100_000
  expect(shareOf('明')).toBeCloseTo(0.03, 2)
  expect(shareOf('김')).toBeGreaterThan(0.001)
})

test('some words are common and some are rare', () => {
  const people = generatePeople(100_000).map(({ username, email }) => `${username} ${email}`)
  const countOf = (word: string) => people.filter((text) => text.includes(word)).length
  expect(countOf('maria')).toBeGreaterThan(7_000)
  expect(countOf('maria')).toBeLessThan(9_000)
  expect(countOf('featherstonehaugh')).toBeGreaterThan(20)
  expect(countOf('featherstonehaugh')).toBeLessThan(200)
})

test('most people are adults up to 80, a few are very young, very old, or of unknown age', () => {
  const ages = generatePeople(100_000).map(({ age }) => age)
  const shareOf = (isCounted: (age: number) => boolean) => ages.filter((age) => age !== null && isCounted(age)).length / ages.length
  expect(shareOf((age) => age >= 18 && age <= 80)).toBeCloseTo(0.87, 2)
  expect(shareOf((age) => age < 18)).toBeCloseTo(0.06, 2)
  expect(shareOf((age) => age > 80)).toBeCloseTo(0.04, 2)
  expect(ages.filter((age) => age === null).length / ages.length).toBeCloseTo(0.03, 2)
  expect(new Set(ages).size).toBe(102)
})
