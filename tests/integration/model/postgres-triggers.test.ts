import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { prepareDatabase } from '../../../server/database/postgres/prepare.ts'
import { type Directory, ENGINES } from '../../fixtures/engines.ts'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { foldAscii } from '../../fixtures/fold-ascii.ts'
import { listGuests, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { connect } from '../../fixtures/postgres-server.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { foldingOf } from './folding-of.ts'
import { modelOn } from './model-on.ts'

// Whichever program writes to PostgreSQL, the keys and the counts are what one would make anew from the people.

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`
const id = fc.integer({ min: 1, max: 8 })
const username = fc.constantFrom('a', 'A', 'ab', 'aB', 'é', 'É', 'Éa b', "o'b", '"%_\\', 'E\u0301a‐Ｂ', '王小 明', '한하', 'ـ').map(quote)
const email = fc.constantFrom('a@b', 'A@B', 'éa@b', 'ÉA@b', 'x@y', 'ـ@ـ').map(quote)
const age = fc.constantFrom('NULL', '0', '30', '31', '150', '151')
const where = fc.oneof(
  id.map((value) => `"id" = ${value}`),
  fc.constantFrom('"age" IS NULL', '"id" > 4', 'true'),
)
const upsert = fc.constantFrom(
  '',
  'ON CONFLICT DO NOTHING',
  'ON CONFLICT ("usernameKey") DO UPDATE SET "email" = excluded."email", "age" = excluded."age"',
  'ON CONFLICT ("id") DO UPDATE SET "age" = excluded."age", "username" = excluded."username"',
)
const statement = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.oneof(id, fc.constant('DEFAULT')), username, email, age, upsert)
      .map(([number, name, address, years, rule]) => `INSERT INTO "User" VALUES (${number}, ${name}, ${address}, ${years}) ${rule}`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.oneof(
          age.map((value) => `"age" = ${value}`),
          username.map((value) => `"username" = ${value}, "usernameKey" = 'x'`),
          email.map((value) => `"email" = ${value}`),
          fc.constantFrom('"id" = "id" + 10', `"emailKey" = 'x'`),
        ),
        where,
      )
      .map(([change, rows]) => `UPDATE "User" SET ${change} WHERE ${rows}`),
  },
  where.map((rows) => `DELETE FROM "User" WHERE ${rows}`),
  fc.constantFrom('TRUNCATE "User"', 'BEGIN; DELETE FROM "User"; ROLLBACK'),
)

const [engine] = ENGINES.filter(({ name }) => name === 'PostgreSQL')

describe.runIf(engine)('in PostgreSQL', () => {
  const temporaryDirectory = engine?.start() ?? (() => Promise.reject(new Error('PostgreSQL is not installed')))

  test('any statements leave the keys and counts right', { timeout: 300_000 }, async () => {
    const directory = await temporaryDirectory()
    const fold = foldingOf(temporaryDatabase().sql)
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 5, maxLength: 15 }), async (statements) => {
        await directory.execute('TRUNCATE "User"')
        for (const each of statements) {
          const error = await directory.execute(each).catch((refusal: unknown) => refusal)
          if (error) expect(String(error)).toMatch(/violates (check|unique) constraint/)
        }
        expect(await countAges(directory)).toEqual(
          await directory.query(`SELECT coalesce("age", -1) AS "age", count(*)::int AS "people" FROM "User" GROUP BY 1 ORDER BY 1`),
        )
        const keyOf = (text: string) => (/^[ -~]*$/.test(text) ? text.toLowerCase() : `${fold(text)}\u0001${foldAscii(text)}`)
        for (const { username, email, usernameKey, emailKey } of await directory.query('SELECT * FROM "User"'))
          expect([usernameKey, emailKey]).toEqual([keyOf(String(username)), keyOf(String(email))])
      }),
      { numRuns: 60 },
    )
  })

  test('the next id is behind the ids that a writer has chosen, also behind the first one of all', async () => {
    const { execute, query } = await temporaryDirectory()
    await execute(`INSERT INTO "User" VALUES (1, 'a', 'a@b'); INSERT INTO "User" ("username", "email") VALUES ('b', 'b@b')`)
    await execute(`INSERT INTO "User" VALUES (7, 'g', 'g@b'); INSERT INTO "User" ("username", "email") VALUES ('h', 'h@b')`)
    expect(await query('SELECT "id" FROM "User" ORDER BY "id"')).toEqual([1, 2, 7, 8].map((id) => ({ id })))
  })

  test('the next id is behind chosen ones that come together with the largest of all', async () => {
    const { execute, query } = await temporaryDirectory()
    await execute(`INSERT INTO "User" ("id", "username", "email") VALUES (5, 'ada', 'ada@x'), (2147483647, 'last', 'last@x')`)
    await execute(`INSERT INTO "User" ("username", "email") VALUES ('eve', 'eve@x')`)
    expect(await query(`SELECT "id" FROM "User" WHERE "username" = 'eve'`)).toEqual([{ id: 6 }])
  })

  test('each character folds as in SQLite', async () => {
    const { query } = await temporaryDirectory()
    const { readSearch } = await modelOn(temporaryDatabase())
    const { foldCharacter } = await readSearch('x')
    // Without halves of surrogate pairs, NUL and U+0001.
    const blocks = Array.from({ length: 0x110000 / 256 }, (_, block) => block * 256).filter((start) => start < 0xd800 || start >= 0xe000)
    for (const start of blocks) {
      const [row] = await query(
        `SELECT "text", "fold_text"("text") AS "key" FROM (
          SELECT 'é' || string_agg(chr(code), '') AS "text" FROM generate_series(greatest(2, ${start}), ${start + 255}) AS code
        ) AS "Block"`,
      )
      const text = String(row?.text)
      expect(row?.key).toBe(`${Array.from(text, foldCharacter).join('')}\u0001${foldAscii(text)}`)
    }
  })

  test('the owner of a database needs no other rights to migrate it, dump it and restore it', async () => {
    const [directory, copy] = [await temporaryDirectory(), await temporaryDirectory()]
    const role = `owner_of_${new URL(directory.url).pathname.slice(1)}`
    const asOwner = (url: string) => Object.assign(new URL(url), { username: role }).href
    await directory.execute(`CREATE ROLE ${role} LOGIN`)
    for (const { url, execute } of [directory, copy]) {
      await execute(`DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION ${role}`)
      await execute(`ALTER DATABASE ${new URL(url).pathname.slice(1)} OWNER TO ${role}`)
    }
    await prepareDatabase(asOwner(directory.url), { seed: 'none', report: () => {} })
    await directory.addPeople([...NAMED_PEOPLE, ...listGuests(11, 200)])
    const file = join(temporaryFolder(), 'dump')
    const programs = findPostgres() ?? ''
    execFileSync(join(programs, 'pg_dump'), ['--format=custom', `--file=${file}`, asOwner(directory.url)])
    const restore = ['--clean', '--if-exists', '--exit-on-error', `--dbname=${asOwner(copy.url)}`, file]
    execFileSync(join(programs, 'pg_restore'), restore)
    await copy.execute(`INSERT INTO "User" ("username", "email") VALUES ('Zoë', 'zoe@example.com')`)
    for (const [sql, expected] of [
      ['SELECT * FROM "User" WHERE "id" <= 210 ORDER BY "id"', await directory.query('SELECT * FROM "User" ORDER BY "id"')],
      [`SELECT "id" FROM "User" WHERE "usernameKey" LIKE 'zoe%'`, [{ id: 211 }]],
    ] as const)
      expect(await copy.query(sql)).toEqual(expected)
    expect((await countAges(copy)).reduce((sum, { people }) => sum + Number(people), 0)).toBe(211)
  })

  test('writers do not wait for each other, and somebody adds up what they counted', async () => {
    const directory = await temporaryDirectory()
    const [other, third] = [await connect(directory.url), await connect(directory.url)]
    await other.query(`BEGIN; INSERT INTO "User" ("username", "email", "age") VALUES ('a', 'a@b', 30), ('b', 'b@b', 31)`)
    await third.query(`BEGIN; INSERT INTO "User" ("username", "email", "age") VALUES ('c', 'c@b', 31), ('d', 'd@b', 30); COMMIT`)
    expect(await countAges(directory)).toEqual([30, 31].map((years) => ({ age: years, people: 1 })))
    await other.query('COMMIT')
    expect(await countAges(directory)).toEqual([30, 31].map((years) => ({ age: years, people: 2 })))
    for (let number = 0; number < 1_000; number++) await third.query(`UPDATE "User" SET "age" = ${number % 150}`)
    expect(await countAges(directory)).toEqual([{ age: 999 % 150, people: 4 }])
    const [rows] = await directory.query('SELECT count(*)::int AS "rows" FROM "UserAgeCount"')
    expect(rows?.rows).toBeLessThan(1_500)
  })
})

function countAges({ query }: Directory) {
  return query(`SELECT "age", sum("people")::int AS "people" FROM "UserAgeCount" GROUP BY 1 HAVING sum("people") <> 0 ORDER BY 1`)
}
