import { describe, expect, test, vi } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import { parseUserListQuery, SORTS, type UserListQuery } from '../../../app/_models/user-list-query.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

// Work is counted, not timed: every statement that the budget pays for costs the same.
const STATEMENT_MS = 10

const PEOPLE = 400
const LIST: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }
const AMPLE: ListLimits = { ...LIST_LIMITS, maxIndexPages: 0, maxCpuMs: Number.POSITIVE_INFINITY }

const EVERYBODY = listGuests(1, PEOPLE).map((guest) => (guest.id % 10 === 0 ? { ...guest, age: null } : guest))

async function modelWithGuests() {
  const temporary = temporaryDatabase()
  addPeople(temporary.sql, EVERYBODY)
  vi.spyOn(process, 'threadCpuUsage').mockImplementation((before) => ({ user: before ? STATEMENT_MS * 1000 : 0, system: 0 }))
  return modelOn(temporary)
}

describe('a page beyond a limit is refused, and one within it is right:', () => {
  const BROAD = { maxCount: 300 }
  const ordered = (query: Partial<UserListQuery>) => ({ ...LIST, q: 'gue', sort: 'email' as const, ...query })
  test.each<[string, Partial<UserListQuery>, Partial<ListLimits>, Partial<ListLimits>]>([
    ['skip', { age_min: 0, page: 4 }, { maxOffsetRows: 222 }, { maxOffsetRows: 223 }],
    ['skip, from the end', { age_min: 0, page: 8, sort: 'email' }, { maxOffsetRows: 11 }, { maxOffsetRows: 12 }],
    ['skip, of few', { age: 'unknown' }, { maxOffsetRows: 399 }, { maxOffsetRows: 400 }],
    [
      'walk',
      ordered({ page: 3 }),
      { ...BROAD, maxSortRows: 301, probeRows: 10, maxWalkRows: 149 },
      { ...BROAD, maxSortRows: 301, probeRows: 10, maxWalkRows: 150 },
    ],
    [
      'glance',
      ordered({}),
      { ...BROAD, maxSortRows: 301, probeRows: 49, maxWalkRows: 49 },
      { ...BROAD, maxSortRows: 301, probeRows: 50, maxWalkRows: 0 },
    ],
    [
      'sort',
      ordered({}),
      { ...BROAD, probeRows: 0, maxWalkRows: 0, maxSortRows: 399 },
      { ...BROAD, probeRows: 0, maxWalkRows: 0, maxSortRows: 400 },
    ],
    ['begin, by id', { q: 'guest' }, { ...BROAD, maxSortRows: 399, maxCpuMs: 10 }, { ...BROAD, maxSortRows: 399, maxCpuMs: 20 }],
    ['scan', { q: 'guest', sort: 'id' }, { firstBatchRows: 100, maxCpuMs: 40 }, { firstBatchRows: 100, maxCpuMs: 50 }],
    ['scan backwards', ordered({ sort: 'id', dir: 'desc' }), { ...BROAD, maxCpuMs: 10 }, { ...BROAD, maxCpuMs: 20 }],
    ['pages, of an age', { q: 'gue', age_min: 79 }, { maxIndexPages: 5, maxCpuMs: 10 }, { maxIndexPages: 5, maxCpuMs: 30 }],
  ])('%s', async (_, query, tooTight, enough) => {
    const { listUsers } = await modelWithGuests()
    const asked = { ...LIST, ...query }
    expect(await listUsers(asked, { limits: { ...AMPLE, ...tooTight } })).toMatchObject({ isTooBroad: true, users: [] })
    const reachable = listPlainly(EVERYBODY, asked).slice((asked.page - 1) * asked.size, asked.page * asked.size)
    expect(await listUsers(asked, { limits: { ...AMPLE, ...enough } })).toMatchObject({ isTooBroad: false, users: reachable })
  })

  test('a list of everybody has all pages', async () => {
    const { listUsers } = await modelWithGuests()
    const limits = { ...AMPLE, maxSkipRows: 10, maxOffsetRows: 60 }
    for (const page of [1, 2, 4, 8, 9])
      expect(await listUsers({ ...LIST, page }, { limits })).toMatchObject({
        isTooBroad: false,
        users: EVERYBODY.slice((page - 1) * 50, page * 50),
      })
  })

  test('count, of an age', async () => {
    const { listUsers } = await modelWithGuests()
    for (const sort of [null, 'id' as const, 'age' as const]) {
      const asked = { ...LIST, q: 'guest', sort, age_min: 30, age_max: 60 }
      const expected = listPlainly(EVERYBODY, asked)
      const page = { users: expected.slice(0, 50), count: 100, isCountExact: false, pageCount: 2, histogram: null, isTooBroad: false }
      expect(await listUsers(asked, { limits: { ...AMPLE, maxCount: 100 } })).toEqual(page)
    }
  })

  test('count', async () => {
    const { listUsers } = await modelWithGuests()
    const asked = { ...LIST, q: 'guest', sort: 'id' as const }
    const page = { users: EVERYBODY.slice(0, 50), isTooBroad: false }
    const exact = { ...page, count: 400, isCountExact: true, pageCount: 8, histogram: countPlainly(EVERYBODY) }
    expect(await listUsers(asked, { limits: { ...AMPLE, maxCount: 400 } })).toEqual(exact)
    expect(await listUsers(asked, { limits: { ...AMPLE, maxCount: 399 } })).toEqual({
      ...exact,
      count: 399,
      isCountExact: false,
      histogram: null,
    })
  })
})

const NASTY = [
  'g',
  'gu',
  'gue',
  'guest',
  'e',
  'é',
  'K',
  '"""',
  '" OR "',
  '%_%_\\',
  '*^:+-()',
  'NEAR(gue exa) NOT com',
  'a b c d e f g h i j',
  'g gu gue gues guest uest est st t exa',
  'guest example.com example.org',
  'güe exä cöm',
  'guest ł',
  'a'.repeat(200),
  'example'.repeat(28),
  Array.from({ length: 10 }, (_, start) => 'guest-00@example.com'.slice(start) + 'guest-00@example.com'.slice(0, start)).join(' '),
  Array.from({ length: 10 }, (_, digit) => `${digit}@example.com`).join(' '),
]

// These differ in how they are folded and cut into words, not in what the index has.
const LONG = [
  'ł'.repeat(200),
  ...['王', '하', 'ﷺ', 'ค', 'e\u0301', '\u0301', '👩🏽\u200D', '\u{E000}', '\u{10FFFF}', '\u{378}', '\u{E0062}'].map((character) =>
    character.repeat(200),
  ),
  `Z${'\u0300\u0316\u0489'.repeat(60)}algo`,
  'a\uD83D b\uDE00',
]
const AGES = [{}, { age: 'unknown' }, { age_min: '30', age_max: '60' }, { age_min: '33', age_max: '33' }]

describe('any search ends after a bounded number of statements that read a bounded number of people:', () => {
  const TIGHT: ListLimits = {
    maxCount: 90,
    maxSortRows: 120,
    probeRows: 60,
    maxWalkRows: 250,
    maxSkipRows: 60,
    maxOffsetRows: 1_000,
    firstBatchRows: 25,
    maxIndexPages: 0,
    maxWordPages: 4,
    maxRarePages: 2,
    maxCpuMs: 40,
  }
  const MOST_STATEMENTS = 40

  test('a batch of the index starts where the last one ended, and the checks below see its bound and its people', async () => {
    const { listUsers, database } = await modelWithGuests()
    const statements = vi.spyOn(database(), '$queryRaw')
    await listUsers({ ...LIST, q: 'guest', sort: 'email' }, { limits: { ...AMPLE, firstBatchRows: 100 } })
    const bounds = statements.mock.calls.flatMap(listBoundsOfIndex)
    expect(bounds.length).toBeGreaterThan(0)
    for (const bound of bounds) expect(bound).toBeTypeOf('bigint')
    expect(Math.max(...statements.mock.calls.map(countPeopleGiven))).toBe(PEOPLE)
    expect(vi.mocked(process.threadCpuUsage).mock.calls.length).toBeGreaterThan(0)
  })

  test.each([
    ...NASTY.flatMap((q) => [0, 2, 800].map((maxIndexPages) => ({ q, maxIndexPages }))),
    ...LONG.map((q) => ({ q, maxIndexPages: 2 })),
  ])('$q, $maxIndexPages index pages', async ({ q, maxIndexPages }) => {
    const { listUsers, database } = await modelWithGuests()
    const statements = vi.spyOn(database(), '$queryRaw')
    for (const age of AGES)
      for (const sort of [undefined, ...SORTS])
        for (const dir of ['asc', 'desc'])
          for (const page of ['1', '4']) {
            const { query } = parseUserListQuery({ q, sort, dir, ...age, page, size: '25' }, [])
            statements.mockClear()
            vi.mocked(process.threadCpuUsage).mockClear()
            const listed = await listUsers(query, { limits: { ...TIGHT, maxIndexPages } })

            // Twice for each: before and after.
            expect(vi.mocked(process.threadCpuUsage).mock.calls.length / 2).toBeLessThanOrEqual(TIGHT.maxCpuMs / STATEMENT_MS)
            expect(statements.mock.calls.length).toBeGreaterThan(0)
            expect(statements.mock.calls.length).toBeLessThanOrEqual(MOST_STATEMENTS)
            expect(Math.max(...statements.mock.calls.map(countPeopleGiven))).toBeLessThanOrEqual(TIGHT.maxSortRows)
            for (const bound of statements.mock.calls.flatMap(listBoundsOfIndex)) expect(bound).toBeTypeOf('bigint')

            const expected = listPlainly(EVERYBODY, query)
            expect(listed.count).toBeLessThanOrEqual(expected.length)
            if (listed.isCountExact) expect(listed).toMatchObject({ count: expected.length, histogram: countPlainly(expected) })
            const reachable = expected.slice(0, listed.count).slice((query.page - 1) * query.size, query.page * query.size)
            expect(listed.users).toEqual(listed.isTooBroad ? [] : reachable)
          }
  })
})

/** The number of ids that a statement gets. */
function countPeopleGiven([, ...values]: unknown[]): number {
  const all = values.flatMap((value) => (value instanceof Prisma.Sql ? value.values : [value]))
  const lists = all.filter((value) => typeof value === 'string' && /^\[\d/.test(value)).map((value) => JSON.parse(String(value)).length)
  return Math.max(0, ...lists)
}

/** Where a statement starts to read the index. FTS5 ignores a bound that is not an integer, as the adapter passes plain numbers. */
function listBoundsOfIndex([, ...values]: unknown[]): unknown[] {
  return values.flatMap((value) => (value instanceof Prisma.Sql && value.sql.startsWith('AND "rowid"') ? value.values : []))
}
