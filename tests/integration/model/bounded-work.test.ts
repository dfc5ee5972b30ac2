import { describe, expect, test, vi } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/list-limits.ts'
import { parseUserListQuery, SORTS, type UserListQuery } from '../../../app/_models/user-list-query.ts'
import { Prisma } from '../../../prisma/generated/client.ts'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { countPlainly, listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

// Work is counted, not timed: every statement that is paid from the budget costs so much of it.
const STATEMENT_MS = 10

const PEOPLE = 400
const LIST: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }
const AMPLE: ListLimits = { ...LIST_LIMITS, pages: 0, milliseconds: Number.POSITIVE_INFINITY }

const EVERYBODY = listGuests(1, PEOPLE).map((guest) => (guest.id % 10 === 0 ? { ...guest, age: null } : guest))

// Whom only the index finds by their name: LIKE does not fold the case of letters beyond ASCII.
const GAESTE = EVERYBODY.map((guest) => ({ ...guest, username: guest.username.replace('guest', 'Gäste') }))

async function modelWithGuests(guests = EVERYBODY) {
  const temporary = temporaryDatabase()
  addPeople(temporary.sql, guests)
  vi.spyOn(process, 'threadCpuUsage').mockImplementation((before) => ({ user: before ? STATEMENT_MS * 1000 : 0, system: 0 }))
  return modelOn(temporary)
}

describe('a page beyond a limit is refused, and one within it is correct:', () => {
  const BROAD = { counted: 300 }
  const FULL = { ...BROAD, sorted: 399, glanced: 10, walked: 10, pages: 30 }
  const ordered = (query: Partial<UserListQuery>) => ({ ...LIST, q: 'gue', sort: 'email' as const, ...query })
  test.each<[string, Partial<UserListQuery>, Partial<ListLimits>, Partial<ListLimits>]>([
    ['skip', { page: 4 }, { skipped: 199 }, { skipped: 200 }],
    ['skip, from the end', { page: 8, sort: 'email' }, { skipped: 49 }, { skipped: 50 }],
    ['skip, filtered', { age: 'unknown' }, { skipped: 399 }, { skipped: 400 }],
    [
      'walk',
      ordered({ page: 3 }),
      { ...BROAD, sorted: 301, glanced: 10, walked: 149 },
      { ...BROAD, sorted: 301, glanced: 10, walked: 150 },
    ],
    ['glance', ordered({}), { ...BROAD, sorted: 301, glanced: 49, walked: 49 }, { ...BROAD, sorted: 301, glanced: 50, walked: 0 }],
    ['sort', ordered({}), { ...BROAD, glanced: 0, walked: 0, sorted: 399 }, { ...BROAD, glanced: 0, walked: 0, sorted: 400 }],
    ['begin', { q: 'guest' }, { ...BROAD, begun: 400, milliseconds: 30 }, { ...BROAD, begun: 400, milliseconds: 40 }],
    ['begin, by id', { q: 'guest' }, { ...BROAD, begun: 399, milliseconds: 10 }, { ...BROAD, begun: 399, milliseconds: 20 }],
    ['scan', { q: 'guest', sort: 'id' }, { scanned: 100, milliseconds: 40 }, { scanned: 100, milliseconds: 50 }],
    ['scan backwards', ordered({ sort: 'id', dir: 'desc' }), { ...BROAD, milliseconds: 10 }, { ...BROAD, milliseconds: 20 }],
    ['pages', ordered({ q: 'gäs', page: 3 }), { ...FULL, pages: 0 }, { ...FULL, pages: 30 }],
    ['pass', ordered({ q: 'gäs', page: 3 }), { ...FULL, passed: 299 }, { ...FULL, passed: 300 }],
    ['pages, of an age', { q: 'gue', age_min: 79 }, { pages: 5, milliseconds: 10 }, { pages: 5, milliseconds: 30 }],
  ])('%s', async (_, query, tooTight, enough) => {
    const guests = query.q?.startsWith('gä') ? GAESTE : EVERYBODY
    const { listUsers } = await modelWithGuests(guests)
    const asked = { ...LIST, ...query }
    expect(await listUsers(asked, { ...AMPLE, ...tooTight })).toMatchObject({ isTooBroad: true, users: [] })
    const reachable = listPlainly(guests, asked).slice((asked.page - 1) * asked.size, asked.page * asked.size)
    expect(await listUsers(asked, { ...AMPLE, ...enough })).toMatchObject({ isTooBroad: false, users: reachable })
  })

  test('count, of an age', async () => {
    const { listUsers } = await modelWithGuests()
    for (const sort of [null, 'id' as const, 'age' as const]) {
      const asked = { ...LIST, q: 'guest', sort, age_min: 30, age_max: 60 }
      const expected = listPlainly(EVERYBODY, asked)
      const page = { users: expected.slice(0, 50), count: 100, isCountExact: false, pageCount: 2, histogram: null, isTooBroad: false }
      expect(await listUsers(asked, { ...AMPLE, counted: 100 })).toEqual(page)
    }
  })

  test('count', async () => {
    const { listUsers } = await modelWithGuests()
    const asked = { ...LIST, q: 'guest', sort: 'id' as const }
    const page = { users: EVERYBODY.slice(0, 50), isTooBroad: false }
    const exact = { ...page, count: 400, isCountExact: true, pageCount: 8, histogram: countPlainly(EVERYBODY) }
    expect(await listUsers(asked, { ...AMPLE, counted: 400 })).toEqual(exact)
    expect(await listUsers(asked, { ...AMPLE, counted: 399 })).toEqual({ ...exact, count: 399, isCountExact: false, histogram: null })
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
  'ł'.repeat(200),
  'a'.repeat(200),
  'example'.repeat(28),
  Array.from({ length: 10 }, (_, start) => 'guest-00@example.com'.slice(start) + 'guest-00@example.com'.slice(0, start)).join(' '),
  Array.from({ length: 10 }, (_, digit) => `${digit}@example.com`).join(' '),
]
const AGES = [{}, { age: 'unknown' }, { age_min: '30', age_max: '60' }, { age_min: '33', age_max: '33' }]

describe('any search ends after a bounded number of statements that read a bounded number of people:', () => {
  const TIGHT: ListLimits = {
    counted: 90,
    sorted: 120,
    glanced: 60,
    walked: 250,
    passed: 300,
    begun: 40,
    skipped: 1_000,
    scanned: 25,
    pages: 0,
    wholePages: 4,
    rarePages: 2,
    milliseconds: 40,
  }
  const MOST_STATEMENTS = 40

  test('a search that continues in the middle of the index starts reading there', async () => {
    const { listUsers, database } = await modelWithGuests()
    const statements = vi.spyOn(database(), '$queryRaw')
    await listUsers({ ...LIST, q: 'guest', sort: 'id' }, { ...AMPLE, scanned: 100 })
    const bounds = statements.mock.calls.flatMap(listBoundsOfIndex)
    expect(bounds.length).toBeGreaterThan(0)
    for (const bound of bounds) expect(bound).toBeTypeOf('bigint')
  })

  test.each(
    NASTY.flatMap((q) => [
      { q, pages: 0 },
      { q, pages: 2 },
      { q, pages: 800 },
    ]),
  )('$q, $pages pages', async ({ q, pages }) => {
    const { listUsers, database } = await modelWithGuests()
    const statements = vi.spyOn(database(), '$queryRaw')
    for (const age of AGES)
      for (const sort of [undefined, ...SORTS])
        for (const dir of ['asc', 'desc'])
          for (const page of ['1', '4']) {
            const { query } = parseUserListQuery({ q, sort, dir, ...age, page, size: '25' })
            statements.mockClear()
            vi.mocked(process.threadCpuUsage).mockClear()
            const listed = await listUsers(query, { ...TIGHT, pages })

            // Twice for each: before and after.
            expect(vi.mocked(process.threadCpuUsage).mock.calls.length / 2).toBeLessThanOrEqual(TIGHT.milliseconds / STATEMENT_MS)
            expect(statements.mock.calls.length).toBeLessThanOrEqual(MOST_STATEMENTS)
            expect(Math.max(...statements.mock.calls.map(countPeopleGiven))).toBeLessThanOrEqual(TIGHT.sorted)
            for (const bound of statements.mock.calls.flatMap(listBoundsOfIndex)) expect(bound).toBeTypeOf('bigint')

            const expected = listPlainly(EVERYBODY, query)
            expect(listed.count).toBeLessThanOrEqual(expected.length)
            if (listed.isCountExact) expect(listed).toMatchObject({ count: expected.length, histogram: countPlainly(expected) })
            const reachable = expected.slice(0, listed.count).slice((query.page - 1) * query.size, query.page * query.size)
            expect(listed.users).toEqual(listed.isTooBroad ? [] : reachable)
          }
  })
})

/** How many people a statement is given by their ids. */
function countPeopleGiven([, ...values]: unknown[]): number {
  const lists = values.filter((value) => typeof value === 'string' && /^\[\d/.test(value)).map((value) => JSON.parse(String(value)).length)
  return Math.max(0, ...lists)
}

/** Where a statement begins to read the index. FTS5 reads all of it for a bound that is not an integer, as a plain number is not. */
function listBoundsOfIndex([, ...values]: unknown[]): unknown[] {
  return values.flatMap((value) => (value instanceof Prisma.Sql && value.sql.startsWith('AND "rowid"') ? value.values : []))
}
