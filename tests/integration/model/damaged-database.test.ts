// What a file holds must not end the process that reads it, whatever it is. A crash ends this test's process as well.
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LIST_LIMITS } from '../../../app/_models/sqlite/search/limits.ts'
import { parseUserListQuery, SORTS } from '../../../app/_models/user-list-query.ts'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { databaseFault } from '../../../server/http/database-fault.ts'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { addBytes } from '../../fixtures/unchecked-people.ts'
import { modelOn } from './model-on.ts'

const SEARCHES = ['', 'guest', 'e', 'é', '\uFFFD', 'gu ex', 'example']
const LATIN_1 = new Uint8Array([0x52, 0x65, 0x6e, 0xe9])
const EMAIL = new TextEncoder().encode('rene@example.com')

const lists = SEARCHES.flatMap((q) =>
  SORTS.flatMap((sort) => ['asc', 'desc'].map((dir) => parseUserListQuery({ q, sort, dir, size: '25' }, []).query)),
)

test('text that is not valid UTF-8 is shown as far as it is readable', async () => {
  const database = temporaryDatabase()
  addPeople(database.sql, listGuests(1, 3))
  const id = addBytes(database.sql, LATIN_1, EMAIL)
  const { findUser, listUsers } = await modelOn(database)
  const person = { id, username: 'Ren\uFFFD', email: 'rene@example.com', age: null }
  expect(await findUser(id)).toEqual(person)
  const { query } = parseUserListQuery({ q: 'rene@' }, [])
  expect((await listUsers(query)).users).toEqual([person])
})

test('random bytes in every column are listed in every order, and no person is skipped or shown twice', async () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 90 })
  const age = fc.oneof({ weight: 30, arbitrary: fc.constantFrom(null, 0, 30, 150) }, fc.integer({ min: -(2 ** 31), max: 2 ** 31 }))
  const people = fc.array(fc.tuple(bytes, bytes, age), { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(people, async (written) => {
      const database = temporaryDatabase()
      addPeople(database.sql, listGuests(1, 30))
      const ids = new Set(listGuests(1, 30).map(({ id }) => id))
      for (const [username, email, years] of written) {
        try {
          ids.add(addBytes(database.sql, username, email, years))
        } catch (error) {
          // Two of them may have the same name.
          expect(String(error)).toContain('UNIQUE constraint failed')
        }
      }
      const hasRightAges = written.every(([, , years]) => years === null || (years >= 0 && years <= 150))
      const { findUser, listUsers } = await modelOn(database)
      for (const id of ids) expect(await findUser(id)).toMatchObject({ id, username: expect.any(String), email: expect.any(String) })
      for (const query of lists) {
        const { pageCount } = await listUsers(query)
        const listed: number[] = []
        for (let page = 1; page <= pageCount; page++) for (const user of (await listUsers({ ...query, page })).users) listed.push(user.id)
        expect(new Set(listed).size).toBe(listed.length)
        // Who has an age that nobody can have is in no count of ages, and the end of the list is told by those.
        if (query.q === '' && hasRightAges) expect(new Set(listed)).toEqual(ids)
      }
    }),
    { numRuns: 15 },
  )
})

test('a sorted search continues after text that is not valid UTF-8, without skipping or repeating a person', async () => {
  const database = temporaryDatabase()
  for (let number = 0; number < 384; number++) {
    const username = new Uint8Array([0x72, 0x65, 0x6e, 0x80 + (number % 128), 0x30 + Math.floor(number / 128)])
    addBytes(database.sql, username, new TextEncoder().encode(`ren${number}@example.com`))
  }
  const { listUsers } = await modelOn(database)
  // Few of those found are sorted, so that all are walked through in order, 200 by 200.
  const limits = { ...LIST_LIMITS, maxCount: 380, maxSortRows: 10, maxIndexPages: 0 }
  for (const dir of ['asc', 'desc'] as const) {
    const ids = database.sql
      .prepare(`SELECT "id" FROM "User" ORDER BY "username" ${dir} LIMIT 380`)
      .all()
      .map(({ id }) => id)
    const listed: number[] = []
    for (let page = 1; page <= 4; page++) {
      const { query } = parseUserListQuery({ q: 'ren', sort: 'username', dir, size: '100', page: String(page) }, [])
      for (const { id } of (await listUsers(query, { limits })).users) listed.push(id)
    }
    expect(listed).toEqual(ids)
  }
})

test('flipped bytes anywhere in the file are a fault of the database, or change nothing', async () => {
  let faults = 0
  const share = fc.nat(999_999).map((millionths) => millionths / 1_000_000)
  // One in each page at least, as random ones may all hit unused bytes.
  const everywhere = Array.from({ length: 1_000 }, (_, index): [number, number] => [index / 1_000, 255])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(share, fc.integer({ min: 1, max: 255 })), { minLength: 20, maxLength: 200 }), async (flips) => {
      const database = temporaryDatabase()
      addPeople(database.sql, listGuests(1, 300))
      database.sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      flip(database.file, flips)
      const { findUser, listUsers } = await modelOn(database)
      const asked = [...lists.map((query) => () => listUsers(query)), ...[1, 7, 300].map((id) => () => findUser(id))]
      for (const ask of asked) {
        try {
          await ask()
        } catch (error) {
          expect({ error, fault: databaseFault(error) }).toEqual({ error, fault: expect.any(String) })
          faults += 1
        }
      }
    }),
    { numRuns: 15, examples: [[everywhere]] },
  )
  expect(faults).toBeGreaterThan(0)
})

test('a start reports how many people cannot be read, and how to correct them', () => {
  const { sql, file } = temporaryDatabase()
  addPeople(sql, listGuests(1, 3))
  const id = addBytes(sql, LATIN_1, EMAIL)
  const lines: string[] = []
  prepareDatabase(file, { report: (line) => lines.push(line) })
  expect(lines).toEqual([expect.stringContaining(`1 person has a username or email that is not valid UTF-8`)])
  const [, command = ''] = /sqlite3 \S+ "(.+)"$/.exec(lines[0] ?? '') ?? []
  sql.exec(command)
  expect(sql.prepare('SELECT "username" FROM "User" WHERE "id" = ?').get(id)).toEqual({ username: 'René' })
  prepareDatabase(file, { report: (line) => lines.push(line) })
  expect(lines).toHaveLength(1)
})

/** Changes bytes of `file` behind its first page. A `place` is in millionths of the rest. */
function flip(file: string, flips: [place: number, mask: number][]): void {
  const descriptor = openSync(file, 'r+')
  const { size } = fstatSync(descriptor)
  const byte = new Uint8Array(1)
  for (const [place, mask] of flips) {
    const offset = 8_192 + Math.floor(place * (size - 8_193))
    readSync(descriptor, byte, 0, 1, offset)
    writeSync(
      descriptor,
      byte.map((value) => value ^ mask),
      0,
      1,
      offset,
    )
  }
  closeSync(descriptor)
}
