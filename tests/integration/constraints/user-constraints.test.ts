// Over 200 lines: half of it is tables of values.
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { expect, test } from 'vitest'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

// As Unicode 16 lists White_Space, and the byte order mark, which looks like it.
const WHITE_SPACE = [
  9, 10, 11, 12, 13, 32, 133, 160, 5760, 8192, 8193, 8194, 8195, 8196, 8197, 8198, 8199, 8200, 8201, 8202, 8232, 8233, 8239, 8287, 12288,
  65279,
]
const CONTROL = [...Array.from({ length: 32 }, (_, code) => code), ...Array.from({ length: 33 }, (_, offset) => 127 + offset)]

const FAMILY_EMOJI = '👩‍👩‍👧'

type Columns = Record<string, SQLInputValue>
const VALID: Columns = { username: 'someone', email: 'someone@example.com', age: 42 }

function insert(sql: DatabaseSync, columns: Columns): void {
  const names = Object.keys(columns)
  sql.prepare(`INSERT INTO "User" (${names.join()}) VALUES (${names.map(() => '?').join()})`).run(...Object.values(columns))
}

function update(sql: DatabaseSync, columns: Columns): void {
  sql
    .prepare(
      `UPDATE "User" SET ${Object.keys(columns)
        .map((name) => `${name} = ?`)
        .join()} WHERE username = 'other'`,
    )
    .run(...Object.values(columns))
}

function listPeople(sql: DatabaseSync) {
  return sql.prepare('SELECT * FROM "User"').all()
}

/** Both ways into the table, in a database with one other person in it. */
function bothWays(): { sql: DatabaseSync; ways: ((columns: Columns) => void)[] } {
  const { sql } = temporaryDatabase()
  insert(sql, { id: 7, username: 'other', email: 'other@example.com', age: 7 })
  return { sql, ways: [(columns) => insert(sql, { ...VALID, ...columns }), (columns) => update(sql, columns)] }
}

function expectRefused(cases: [Columns, string][]): void {
  const { sql, ways } = bothWays()
  const before = listPeople(sql)
  for (const [columns, complaint] of cases) {
    for (const write of ways) expect(() => write(columns), String(Object.values(columns))).toThrow(complaint)
  }
  expect(listPeople(sql)).toEqual(before)
}

function expectAccepted(cases: Columns[]): void {
  for (const columns of cases) {
    for (const way of [0, 1]) {
      const { sql, ways } = bothWays()
      ways[way]?.(columns)
      const [person] = sql
        .prepare(
          `SELECT * FROM "User" WHERE ${Object.keys(columns)
            .map((name) => `${name} IS ?`)
            .join(' AND ')}`,
        )
        .all(...Object.values(columns))
      expect(person, String(Object.values(columns))).toMatchObject(columns)
    }
  }
}

const describeCode = (code: number) => `U+${code.toString(16).padStart(4, '0')}`

test('usernames of 1 to 80 characters are accepted, whatever their script', () => {
  expectAccepted(
    [
      'x',
      'x'.repeat(80),
      '🦊'.repeat(80),
      'ж'.repeat(80),
      FAMILY_EMOJI,
      "Miles O'Brien",
      'two  words',
      '<b>',
      '100%_sure\\',
      '王小明',
      'فاطمة',
    ].map((username) => ({ username })),
  )
})

test('usernames that are empty, too long or not text are refused', () => {
  expectRefused([
    [{ username: '' }, 'CHECK constraint failed: username must have 1 to 80 characters'],
    [{ username: 'x'.repeat(81) }, 'username must have 1 to 80 characters'],
    [{ username: '🦊'.repeat(81) }, 'username must have 1 to 80 characters'],
    [{ username: null }, 'NOT NULL constraint failed: User.username'],
    [{ username: new Uint8Array([120]) }, 'cannot store BLOB value in TEXT column User.username'],
  ])
})

test.each(WHITE_SPACE.map((code) => [describeCode(code), String.fromCodePoint(code)]))(
  'white space %s around a username is refused',
  (_, space) => {
    expectRefused([
      [{ username: `${space}x` }, 'CHECK constraint failed: username must not'],
      [{ username: `x${space}` }, 'CHECK constraint failed: username must not'],
      [{ username: space }, 'CHECK constraint failed: username must not'],
    ])
  },
)

test.each(CONTROL.map((code) => [describeCode(code), String.fromCodePoint(code)]))(
  'control character %s is refused in usernames and emails',
  (_, control) => {
    expectRefused([
      [{ username: `a${control}b` }, 'username must not contain control characters'],
      [{ email: `some${control}one@example.com` }, 'email must not contain white space or control characters'],
      [{ email: `a@example${control}.com` }, 'email must not contain white space or control characters'],
    ])
  },
)

test('emails of the shape name@host with 3 to 120 characters are accepted', () => {
  expectAccepted(
    [
      'a@b',
      `${'a'.repeat(108)}@example.com`,
      `${'🦊'.repeat(118)}@b`,
      "miles.o'brien+tag@example.org",
      '100%_sure@example.net',
      'жук@пример.рф',
    ].map((email) => ({ email })),
  )
})

test('emails of another shape, too short, too long or not text are refused', () => {
  const shape = 'email must look like name@host'
  const length = 'email must have 3 to 120 characters'
  expectRefused([
    [{ email: '' }, length],
    [{ email: '@b' }, length],
    [{ email: `${'a'.repeat(109)}@example.com` }, length],
    [{ email: 'someone' }, shape],
    [{ email: '@example.com' }, shape],
    [{ email: 'someone@' }, shape],
    [{ email: 'some@one@example.com' }, shape],
    [{ email: 'someone@@example.com' }, shape],
    [{ email: null }, 'NOT NULL constraint failed: User.email'],
    [{ email: new Uint8Array([97, 64, 98]) }, 'cannot store BLOB value in TEXT column User.email'],
  ])
})

test.each(WHITE_SPACE.map((code) => [describeCode(code), String.fromCodePoint(code)]))(
  'white space %s anywhere in an email is refused',
  (_, space) => {
    const complaint = 'email must not contain white space or control characters'
    expectRefused([
      [{ email: `${space}a@example.com` }, complaint],
      [{ email: `a${space}b@example.com` }, complaint],
      [{ email: `a@example.com${space}` }, complaint],
    ])
  },
)

test('whole ages from 0 to 150 and unknown ones are accepted', () => {
  expectAccepted([null, 0, 1, 149, 150].map((age) => ({ age })))
})

test.each([['42'], ['42.0'], [42.0]])('the age %j is stored as the integer 42', (age) => {
  const { sql, ways } = bothWays()
  ways[1]?.({ age })
  expect(sql.prepare('SELECT age, typeof(age) AS type FROM "User"').get()).toEqual({ age: 42, type: 'integer' })
})

test('other ages are refused', () => {
  const range = 'CHECK constraint failed: age must be a whole number from 0 to 150'
  expectRefused([
    [{ age: -1 }, range],
    [{ age: 151 }, range],
    [{ age: 2n ** 62n }, range],
    [{ age: 42.5 }, 'cannot store REAL value in INTEGER column User.age'],
    [{ age: 'abc' }, 'cannot store TEXT value in INTEGER column User.age'],
    [{ age: '' }, 'cannot store TEXT value in INTEGER column User.age'],
    [{ age: new Uint8Array([42]) }, 'cannot store BLOB value in INTEGER column User.age'],
  ])
})

test('ids from 1 to 2147483647 are accepted', () => {
  expectAccepted([1, 2_147_483_647].map((id) => ({ id })))
})

test('other ids are refused', () => {
  const range = 'CHECK constraint failed: id must be between 1 and 2147483647'
  expectRefused([
    [{ id: 0 }, range],
    [{ id: -1 }, range],
    [{ id: 2_147_483_648 }, range],
    [{ id: 'abc' }, 'datatype mismatch'],
    [{ id: 1.5 }, 'datatype mismatch'],
  ])
})

test('an id is never used again', () => {
  const { sql } = bothWays()
  sql.exec('DELETE FROM "User"')
  insert(sql, VALID)
  expect(listPeople(sql)).toMatchObject([{ id: 8 }])
})

test('usernames and emails are unique without regard to the case of ASCII letters', () => {
  const { sql, ways } = bothWays()
  insert(sql, { username: 'Zoë', email: 'Zoe@example.com' })
  for (const write of ways) {
    expect(() => write({ username: 'ZOë' })).toThrow('UNIQUE constraint failed: User.username')
    expect(() => write({ email: 'zOE@EXAMPLE.com' })).toThrow('UNIQUE constraint failed: User.email')
  }
  expect(listPeople(sql)).toHaveLength(2)
  // SQLite knows the case of ASCII letters only: this is the limit of the promise.
  insert(sql, { username: 'ZOË', email: 'zoë@example.com' })
})

test('usernames and emails are found and sorted without regard to the case of ASCII letters', () => {
  const { sql } = bothWays()
  insert(sql, { username: 'Beta', email: 'beta@example.com' })
  insert(sql, { username: 'alpha', email: 'ALPHA@example.com' })
  expect(sql.prepare('SELECT username FROM "User" ORDER BY username').all()).toEqual([
    { username: 'alpha' },
    { username: 'Beta' },
    { username: 'other' },
  ])
  expect(sql.prepare(`SELECT username FROM "User" WHERE email = 'alpha@EXAMPLE.com' AND username = 'ALPHA'`).all()).toEqual([
    { username: 'alpha' },
  ])
})
