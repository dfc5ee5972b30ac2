// Over 200 lines: half of it is tables of texts.
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import { describe, expect, onTestFinished, test } from 'vitest'
import { PrismaClient } from '../../../prisma/generated/client.ts'
import { constraintMessage } from '../../../server/database/constraint-message.ts'
import { applyMigrations, listMigrations, listPendingMigrations } from '../../../server/database/sqlite/migrate.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'

const UNREADABLE = 'must be valid UTF-8, without U+FFFD'
const INVISIBLE = 'must not contain invisible, direction-changing or private-use characters'
const MARK = 'must not begin with a combining mark'

const LATIN_1 = Buffer.from('René', 'latin1')

/** A new database, and what it says against a username or an email with these characters or bytes; null when it takes them. */
function database() {
  const { sql, file } = temporaryDatabase()
  const insert = sql.prepare(`INSERT INTO "User" ("username", "email") VALUES (CAST(? AS TEXT), CAST(? AS TEXT))`)
  let number = 0
  function refusal(username: string | Buffer, email: string | Buffer = `person-${++number}@example.com`): string | null {
    try {
      insert.run(Buffer.from(username), Buffer.from(email))
      return null
    } catch (error) {
      return constraintMessage(error) ?? String(error)
    }
  }
  return { sql, file, refusal }
}

test.each([
  ['Latin-1', LATIN_1],
  ['a lone continuation byte', Buffer.from([0x41, 0x80, 0x42])],
  ['an overlong form', Buffer.from([0xc0, 0xaf])],
  ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ['a form of five bytes', Buffer.from([0xf8, 0x88, 0x80, 0x80, 0x80])],
  ['a form of six bytes', Buffer.from([0xfc, 0x84, 0x80, 0x80, 0x80, 0x80])],
  ['more than U+10FFFF', Buffer.from([0xf4, 0x90, 0x80, 0x80])],
  ['a sequence that is broken off', Buffer.from([0x41, 0xe4, 0xbd])],
  ['a sequence that is broken off by another', Buffer.from([0xe4, 0xbd, 0xe4, 0xbd, 0xa0])],
  ['no byte of any text', Buffer.from([0xff])],
  ['what stands for text that was not readable', Buffer.from('Ren\uFFFD')],
])('%s is refused', (_, bytes) => {
  const { refusal } = database()
  expect(refusal(bytes)).toBe(`username ${UNREADABLE}`)
  expect(refusal('ada', Buffer.concat([bytes, Buffer.from('@example.com')]))).toBe(`email ${UNREADABLE}`)
  expect(refusal('ada')).toBeNull()
})

test('no invisible, direction-changing or private-use character gets into a name between letters', () => {
  const { refusal } = database()
  // Signs over numbers in Arabic, Syriac and Kaithi are format characters, and can be seen.
  const visible = /[\u0600-\u0605\u06DD\u070F\u0890\u0891\u08E2\u{110BD}\u{110CD}]/u
  const hidden =
    /[\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2800\uE000\uF8FF\u{F0000}\u{10FFFD}]/u
  let tried = 0
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    if (!hidden.test(character) || visible.test(character)) continue
    tried += 1
    const said = refusal(`a${character}b`)
    if (said === null) throw new Error(`U+${code.toString(16)} is taken`)
    expect(said).toMatch(/^username must (not contain|be valid)/)
  }
  // All that Unicode has of them.
  expect(tried).toBeGreaterThan(4_000)
})

describe('a name without a visible character is refused:', () => {
  test.each(['\u2060', '\u00AD', '\u202E', '\u3164', '\u2800', '\u115F', '\u200D', '\u200C', '\uFE0F', '\u180B', '\u{E0067}'])(
    '%j',
    (name) => {
      const { refusal } = database()
      expect(refusal(name)).toBe(`username ${INVISIBLE}`)
      expect(refusal(`Ann${name} Twin`)).toBe(`username ${INVISIBLE}`)
    },
  )

  test.each(['\u0301', '\u0301\u0302', '\u0E31', '\u{1D165}'])('%j', (name) => {
    expect(database().refusal(name)).toBe(`username ${MARK}`)
  })
})

test.each([
  ...['Ada', "Miles O'Brien", 'René', 'Re\u0301né', 'Дмитрий', 'Ελένη', 'Jürgen Müller-Lüdenscheidt', '王小明', '김철수', '𠮷野家', 'ﷺ'],
  ...['नमस्ते', 'สมชาย', 'မောင်', 'ខ្មែរ', 'தமிழ்', 'محمد', 'דוד', 'שׁלום', 'ᠮᠣᠩᠭᠣᠯ', 'አበበ', 'ⵣⵉⵔⵉ'],
  // Joiners in their places: Persian, Hindi, Sinhala, Bengali; variants of ideographs, Mongolian letters and emoji; sequences of emoji; a flag.
  ...[
    'علی\u200Cرضا',
    'क्\u200Dष',
    'श्\u200Dर',
    'ශ්\u200Dරී',
    'র\u200D্য',
    '葛\u{E0100}城',
    'ᠠ\u180B',
    '☺\uFE0F',
    '👩\u200D❤\uFE0F\u200D👨',
    '👨🏽\u200D🚀',
    '1\uFE0F\u20E3',
  ],
  '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
])('%s is accepted as a name', (name) => {
  expect(database().refusal(name)).toBeNull()
})

test.each([
  // Where they join nothing, they make two names of one.
  ...[
    'Дми\u200Cтрий',
    'Ann\u200DTwin',
    'علی\u200C',
    '\u200Cعلی',
    '王\u200D小明',
    'a\uFE0Fb',
    '王\u180B',
    '☺\u{E0067}',
    '🏴\u{E0067}\u{E0062}',
  ],
])('%j has a joiner out of its place', (name) => {
  expect(database().refusal(name)).toBe(`username ${INVISIBLE}`)
})

describe('every way of writing is refused:', () => {
  test('sqlite3 3.40, which imports a table in Latin-1', () => {
    const { file } = database()
    const table = join(temporaryFolder(), 'people.csv')
    writeFileSync(table, Buffer.from('7,René,rene@example.com,\n8,Ada,ada@example.com,\n', 'latin1'))
    const script = `.mode csv\nCREATE TEMP TABLE new (id, username, email, age);\n.import ${table} new\nINSERT INTO "User" SELECT id, username, email, nullif(age, '') FROM new;\n`
    expect(() => execFileSync('sqlite3', [file], { input: script, stdio: 'pipe' })).toThrow(`username ${UNREADABLE}`)
  })

  test('Prisma, in the same words', async () => {
    const { file } = database()
    const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: file }) })
    onTestFinished(() => prisma.$disconnect())
    await expect(prisma.user.create({ data: { username: 'Ann\u200B Twin', email: 'ann@example.com' } })).rejects.toThrow(INVISIBLE)
    const ada = await prisma.user.create({ data: { username: 'Ada', email: 'ada@example.com' } })
    await expect(prisma.user.update({ where: { id: ada.id }, data: { email: 'ada\u2060@example.com' } })).rejects.toThrow(INVISIBLE)
    expect(await prisma.user.findMany()).toEqual([ada])
  })

  test('an upsert, OR REPLACE and OR IGNORE, which skips the row, and only that', () => {
    const { sql } = database()
    const people = () => sql.prepare('SELECT "username", "age" FROM "User" ORDER BY "id"').all()
    sql.exec(`INSERT INTO "User" ("username", "email") VALUES ('ann', 'ann@example.com')`)
    const upsert = `INSERT INTO "User" ("username", "email") VALUES ('bob', 'ann@example.com') ON CONFLICT ("email") DO UPDATE SET "username" = 'Ann\u200BTwin'`
    expect(() => sql.exec(upsert)).toThrow(INVISIBLE)
    expect(() => sql.exec(`INSERT OR REPLACE INTO "User" ("username", "email") VALUES ('A\u200B', 'ann@example.com')`)).toThrow(INVISIBLE)
    expect(() => sql.exec(`UPDATE OR REPLACE "User" SET "username" = 'A\u200B'`)).toThrow(INVISIBLE)
    expect(people()).toEqual([{ username: 'ann', age: null }])
    sql.exec(
      `INSERT OR IGNORE INTO "User" ("username", "email") VALUES ('A\u200B', 'a@example.com'), ('Zoë', 'zoe@example.com'), ('B\u200B', 'b@example.com')`,
    )
    expect(people().map(({ username }) => username)).toEqual(['ann', 'Zoë'])
    // What was skipped leaves nothing behind that the next one meets.
    sql.exec(`INSERT INTO "User" ("username", "email") VALUES ('Léa', 'lea@example.com')`)
    expect(people()).toHaveLength(3)
  })
})

test('people with unreadable text from before stay, and can be changed in other columns or corrected', () => {
  const sql = new DatabaseSync(':memory:')
  applyMigrations(
    sql,
    listMigrations().filter(({ name }) => !name.endsWith('refuse_unreadable_text')),
  )
  sql.exec(`
    INSERT INTO "User" ("username", "email", "age") VALUES (CAST(X'52656EE9' AS TEXT), 'rene@example.com', 30);
    INSERT INTO "User" ("username", "email", "age") VALUES ('\u2060', 'nobody@example.com', NULL)`)
  applyMigrations(sql, listPendingMigrations(sql))
  const people = () => sql.prepare('SELECT hex("username") AS "name", "email", "age" FROM "User" ORDER BY "id"').all()
  sql.exec(`UPDATE "User" SET "age" = 31, "email" = 'r@example.com', "username" = "username" WHERE "id" = 1`)
  expect(people()).toEqual([
    { name: '52656EE9', email: 'r@example.com', age: 31 },
    { name: 'E281A0', email: 'nobody@example.com', age: null },
  ])
  expect(() => sql.exec(`UPDATE "User" SET "username" = CAST(X'52E9' AS TEXT) WHERE "id" = 1`)).toThrow(UNREADABLE)
  sql.exec(`UPDATE "User" SET "username" = 'René' WHERE "id" = 1; DELETE FROM "User" WHERE "id" = 2`)
  expect(people()).toEqual([{ name: '52656EC3A9', email: 'r@example.com', age: 31 }])
})

describe('the largest id', () => {
  const LARGEST = 2 ** 31 - 1
  const addLargest = `INSERT INTO "User" ("id", "username", "email") VALUES (${LARGEST}, 'last', 'last@example.com')`

  test.each([
    ['deleted', `${addLargest}; DELETE FROM "User" WHERE "id" = ${LARGEST}`],
    ['given up by an update', `${addLargest}; UPDATE "User" SET "id" = 2 WHERE "id" = ${LARGEST}`],
    [
      'taken by an update, and deleted',
      `${addLargest.replace(String(LARGEST), '2')}; UPDATE "User" SET "id" = ${LARGEST} WHERE "id" = 2; DELETE FROM "User" WHERE "id" > 1`,
    ],
  ])('%s does not keep others out', (_, statements) => {
    const { sql, file, refusal } = database()
    expect(refusal('first')).toBeNull()
    sql.exec(statements)
    expect(refusal('next')).toBeNull()
    execFileSync('sqlite3', [file, `INSERT INTO "User" ("username", "email") VALUES ('another', 'another@example.com')`])
    expect(sql.prepare('SELECT max("id") AS "id" FROM "User"').get()?.id).toBeLessThan(5)
  })

  test.each([
    ['added', `INSERT INTO "User" ("username", "email") VALUES ('first', 'first@example.com'); ${addLargest}`],
    ['the only one', addLargest],
    ['set by an update', `${addLargest.replace(String(LARGEST), '1')}; UPDATE "User" SET "id" = ${LARGEST}`],
    ['the last of a row', `${addLargest}; ${addLargest.replace(String(LARGEST), String(LARGEST - 1)).replaceAll('last', 'second')}`],
    ['replaced under another id', `${addLargest}; ${addLargest.replace('INSERT', 'REPLACE').replace(String(LARGEST), '5')}`],
  ])('%s: the refusal is the statement that makes room', (_, statements) => {
    const { sql, refusal } = database()
    sql.exec(statements)
    const people = () => sql.prepare('SELECT "username" FROM "User" ORDER BY "username"').all()
    const before = people()
    const said = refusal('next') ?? ''
    expect(said).toMatch(/^id 2147483647 (is taken and no id comes after it|was taken and is free again): /)
    sql.exec(said.slice(said.indexOf(': ') + 2))
    expect(people()).toEqual(before)
    expect(refusal('next')).toBeNull()
  })

  test('used and deleted before the migration does not keep others out after it', () => {
    const sql = new DatabaseSync(':memory:')
    applyMigrations(
      sql,
      listMigrations().filter(({ name }) => !name.endsWith('refuse_unreadable_text')),
    )
    sql.exec(`${addLargest}; DELETE FROM "User"`)
    applyMigrations(sql, listPendingMigrations(sql))
    sql.exec(`INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.com')`)
    expect(sql.prepare('SELECT "id" FROM "User"').get()).toEqual({ id: 1 })
  })
})
