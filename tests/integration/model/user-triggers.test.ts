import { execFileSync } from 'node:child_process'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SORTS, type UserListQuery } from '../../../app/_models/user-list-query.ts'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { findExecutable } from '../../fixtures/find-executable.ts'
import { addPeople, NAMED_PEOPLE, type NamedPerson } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { foldingOf } from './folding-of.ts'
import { countPlainly, listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'
import { migrationsWithSmallBlocks } from './small-blocks.ts'

// Whichever program writes, the search index and the counts are what one would make anew from the people.

const hasSqlite3 = findExecutable('sqlite3') !== null

const id = fc.integer({ min: 1, max: 8 })
const username = fc
  .constantFrom(
    'a',
    'A',
    'ab',
    'aB',
    'abc',
    'ABCD',
    'é',
    'É',
    'Éa b',
    "o'b",
    '"%_',
    '-a..b_"c\\',
    'a.Éa-b c',
    'E\u0301a‐Ｂ',
    '王小 明',
    '한하',
    'ـ',
  )
  .map(quote)
const email = fc.constantFrom('a@b', 'A@B', 'ab@b', 'éa@b', 'ÉA@b', 'abcd@abcd', 'x@y', 'ـ@ـ').map(quote)
const age = fc.constantFrom('NULL', '0', '30', '31', '150', '151')
const policy = fc.constantFrom('', '', 'OR REPLACE', 'OR REPLACE', 'OR IGNORE', 'OR FAIL', 'OR ABORT')
const upsert = fc.constantFrom(
  '',
  '',
  'ON CONFLICT DO NOTHING',
  'ON CONFLICT ("username") DO UPDATE SET "email" = excluded."email", "age" = excluded."age"',
  'ON CONFLICT ("email") DO UPDATE SET "username" = excluded."username"',
  'ON CONFLICT ("id") DO UPDATE SET "age" = excluded."age"',
)
const where = fc.oneof(
  id.map((value) => `WHERE "id" = ${value}`),
  fc.constantFrom('WHERE "age" IS NULL', 'WHERE "id" > 4', ''),
)
const statement = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(policy, username, email, age)
      .map(([or, ...row]) => `INSERT ${or} INTO "User" ("username", "email", "age") VALUES (${row})`),
  },
  { weight: 3, arbitrary: fc.tuple(policy, id, username, email, age).map(([or, ...row]) => `INSERT ${or} INTO "User" VALUES (${row})`) },
  fc.tuple(id, username, email, age, upsert).map(([a, b, c, d, on]) => `INSERT INTO "User" VALUES (${a}, ${b}, ${c}, ${d}) ${on}`),
  fc
    .tuple(username, email, username, email, policy)
    .map(([a, b, c, d, or]) => `INSERT ${or} INTO "User" ("username", "email") VALUES (${a}, ${b}), (${c}, ${d})`),
  fc.tuple(policy, username, where).map(([or, value, who]) => `UPDATE ${or} "User" SET "username" = ${value} ${who}`),
  fc
    .tuple(policy, email, age, where)
    .map(([or, value, years, who]) => `UPDATE ${or} "User" SET "email" = ${value}, "age" = ${years} ${who}`),
  fc.tuple(policy, id, where).map(([or, value, who]) => `UPDATE ${or} "User" SET "id" = ${value} ${who}`),
  fc.tuple(policy, where).map(([or, who]) => `UPDATE ${or} "User" SET "id" = "id" + 1 ${who}`),
  fc.tuple(age, where).map(([years, who]) => `UPDATE "User" SET "age" = ${years} ${who}`),
  where.map((who) => `DELETE FROM "User" ${who}`),
)
const statements = fc.array(statement, { minLength: 1, maxLength: 25 })

describe('the search index and the counts', () => {
  test.each([0, 1])('stay correct through any statements, with recursive_triggers = %i', { timeout: 300_000 }, (recursive) => {
    const { sql } = temporaryDatabase(migrationsWithSmallBlocks())
    sql.exec(`PRAGMA recursive_triggers = ${recursive}`)
    fc.assert(
      fc.property(statements, (list) => {
        sql.exec('DELETE FROM "User"')
        for (const text of list) execute(sql, text)
        expectRight(sql)
      }),
      { numRuns: 150 },
    )
  })

  test('stay correct through a rolled back transaction and savepoint', () => {
    const { sql } = temporaryDatabase()
    sql.exec(`INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@x')`)
    sql.exec(`BEGIN; SAVEPOINT s; UPDATE "User" SET "username" = 'eve'; ROLLBACK TO s; DELETE FROM "User"; ROLLBACK`)
    expectRight(sql)
    expect(sql.prepare(`SELECT rowid FROM "UserSearch" WHERE "UserSearch" MATCH 'ada'`).all()).toHaveLength(1)
  })

  test('do not change last_insert_rowid() and changes()', () => {
    const { sql } = temporaryDatabase()
    const insert = sql.prepare(`INSERT INTO "User" ("id", "username", "email") VALUES (77, 'ada', 'ada@x')`)
    expect(insert.run()).toEqual({ changes: 1, lastInsertRowid: 77 })
  })

  test.skipIf(!hasSqlite3)('stay correct when the sqlite3 command writes', { timeout: 300_000 }, () => {
    const { file, sql } = temporaryDatabase()
    let written = 0
    for (const [index, list] of fc.sample(statements, { numRuns: 40, seed: 1 }).entries()) {
      const script = [`PRAGMA recursive_triggers = ${index % 2}`, 'DELETE FROM "User"', ...list]
      try {
        execFileSync('sqlite3', [file], { input: `${script.join(';\n')};\n`, stdio: ['pipe', 'ignore', 'ignore'] })
      } catch {
        // Its exit status reports that a constraint refused a row; it has gone on all the same.
      }
      written += Number(sql.prepare('SELECT count(*) AS "people" FROM "User"').get()?.people)
      expectRight(sql)
    }
    expect(written).toBeGreaterThan(0)
  })

  test.skipIf(!hasSqlite3)('stay correct when the sqlite3 command writes many people in one transaction', { timeout: 60_000 }, () => {
    const { file, sql } = temporaryDatabase()
    const script = `
      BEGIN;
      WITH RECURSIVE "n" ("i") AS (SELECT 1 UNION ALL SELECT "i" + 1 FROM "n" WHERE "i" < 10000)
      INSERT INTO "User" ("username", "email", "age") SELECT printf('Ann-%d.Li', "i"), printf('%d@example.com', "i"), "i" % 151 FROM "n";
      UPDATE "User" SET "username" = 'Éva ' || "id", "age" = NULL WHERE "id" % 3 = 0;
      DELETE FROM "User" WHERE "id" % 5 = 0;
      COMMIT;`
    execFileSync('sqlite3', [file], { input: script })
    expect(sql.prepare('SELECT count(*) AS "people" FROM "User"').get()).toEqual({ people: 8_000 })
    expectRight(sql)
    expect(listBlocks(sql).map(({ key }) => key)).toEqual(['email', 'email', 'id', 'id', 'username', 'username'])
  })

  test('are created for existing people', async () => {
    const migrations = listMigrations()
    const temporary = temporaryDatabase(migrations.slice(0, 1))
    const { sql } = temporary
    const everybody: NamedPerson[] = [
      ...NAMED_PEOPLE,
      { id: 500, username: 'Łukasz Żółć', email: 'łukasz@example.com', age: null },
      { id: 501, username: 'ÉLÉONORE', email: 'el@example.org', age: 42 },
      { id: 77, username: '😀 grin', email: '😀@example.net', age: 150 },
      { id: 2 ** 31 - 1, username: 'É', email: 'a@b', age: null },
    ]
    addPeople(sql, everybody)
    applyMigrations(sql, migrations.slice(1))

    expectRight(sql)
    const { listUsers } = await modelOn(temporary)
    for (const q of ['', 'example', 'łuk', 'ŁUKASZ', 'é', 'éléo', '😀', 'e', 'żółć exa', 'org gra', 'nobody']) {
      for (const sort of [null, ...SORTS]) {
        const query: UserListQuery = { q, sort, dir: 'desc', age_min: null, age_max: null, age: null, page: 1, size: 25 }
        const { users, histogram } = await listUsers(query)
        const expected = listPlainly(everybody, query)
        expect({ q, sort, users, histogram }).toEqual({ q, sort, users: expected, histogram: countPlainly(expected) })
      }
    }
  })
})

function execute(sql: DatabaseSync, text: string): void {
  try {
    sql.exec(text)
  } catch (error) {
    expect(String(error)).toMatch(/UNIQUE|CHECK/)
  }
}

function expectRight(sql: DatabaseSync): void {
  for (const index of ['UserSearch', 'UsernameSearch']) sql.exec(`INSERT INTO "${index}" ("${index}") VALUES ('integrity-check')`)
  expect(sql.prepare('SELECT * FROM "UserText" ORDER BY "id"').all()).toEqual(listExpectedTexts(sql))
  for (const index of ['UserSearch', 'UsernameSearch']) expect(listTerms(sql, index)).toEqual(listExpectedTerms(sql, index))
  expect(listBlocks(sql)).toEqual(listExpectedBlocks(sql))
  expect(sql.prepare(STARTS_OF_NOBODY).all()).toEqual([])
  expect(sql.prepare('SELECT "age", "people" FROM "UserAgeCount" WHERE "people" <> 0 ORDER BY "age"').all()).toEqual(
    sql.prepare('SELECT ifnull("age", -1) AS "age", count(*) AS "people" FROM "User" GROUP BY 1 ORDER BY 1').all(),
  )
}

// The names of people who are removed must not stay in the counts.
const STARTS_OF_NOBODY = `
  SELECT "start" FROM "UserKeyCount"
  WHERE "key" <> 'id' AND "start" <> '' AND "start" NOT IN (SELECT "username" FROM "UserText" UNION ALL SELECT "email" FROM "UserText")`

function listBlocks(sql: DatabaseSync) {
  return sql.prepare('SELECT "key", "start", "people" FROM "UserKeyCount" ORDER BY "key", "start"').all()
}

/** Counts for each block the people that begin in it. The + keeps SQLite from taking text for numbers. */
function listExpectedBlocks(sql: DatabaseSync) {
  const rows = sql.prepare(`
    WITH "Place" ("key", "place") AS (
      SELECT 'id', +"id" FROM "UserText" UNION ALL SELECT 'username', +"username" FROM "UserText" UNION ALL SELECT 'email', +"email" FROM "UserText"
      UNION ALL VALUES ('id', 0), ('username', ''), ('email', '')
    )
    SELECT "key", (SELECT max("start") FROM "UserKeyCount" WHERE "key" = "Place"."key" AND "start" <= "place") AS "start", sum("place" NOT IN (0, '')) AS "people"
    FROM "Place" GROUP BY 1, 2 ORDER BY 1, 2`)
  return rows.all()
}

function listExpectedTerms(sql: DatabaseSync, index: string): unknown[] {
  using fresh = new DatabaseSync(':memory:')
  fresh.exec(`
    CREATE VIRTUAL TABLE "UserSearch" USING fts5("username", "email", "starts", tokenize = 'trigram');
    CREATE VIRTUAL TABLE "UsernameSearch" USING fts5("username", "starts", tokenize = 'trigram')`)
  const insert = fresh.prepare('INSERT INTO "UserSearch" (rowid, "username", "email", "starts") VALUES (?, ?, ?, ?)')
  const insertUsername = fresh.prepare('INSERT INTO "UsernameSearch" (rowid, "username", "starts") VALUES (?, ?, ?)')
  const fold = foldingOf(sql)
  for (const { id, username, email } of sql.prepare('SELECT * FROM "User"').all()) {
    const [name, address] = [fold(String(username)), fold(String(email))]
    const beginnings = [name, ...name.split(/[ ._-]/).slice(1)].map((part) => `  ${[...part].slice(0, 2).join('')}`)
    insert.run(Number(id), name, address, `${beginnings.join('')}\t\t${[...address].slice(0, 2).join('')}`)
    insertUsername.run(Number(id), name, beginnings.join(''))
  }
  return listTerms(fresh, index)
}

function listExpectedTexts(sql: DatabaseSync): unknown[] {
  const fold = foldingOf(sql)
  const keyOf = (text: string) => (/^[ -~]*$/.test(text) ? text.toLowerCase() : `${fold(text)}\u0001${text}`)
  return sql
    .prepare('SELECT * FROM "User" ORDER BY "id"')
    .all()
    .map(({ id, username, email, age }) => ({ username: keyOf(String(username)), email: keyOf(String(email)), age, id }))
}

function listTerms(sql: DatabaseSync, index: string): unknown[] {
  sql.exec(`CREATE VIRTUAL TABLE IF NOT EXISTS temp."terms of ${index}" USING fts5vocab('main', '${index}', 'instance')`)
  return sql.prepare(`SELECT * FROM temp."terms of ${index}" ORDER BY "term", "doc", "col", "offset"`).all()
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
