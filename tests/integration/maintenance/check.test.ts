import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { expect, test } from 'vitest'
import { fillUp } from '../../../server/database/sqlite/seed.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { addNamedPeople, addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { addBytes, addUncheckedPeople } from '../../fixtures/unchecked-people.ts'

const CHECKS = [
  'Schema',
  'Structure',
  'Sorted lists',
  'Folded names',
  'Late pages',
  'Search index',
  'Ages',
  'Constraints',
  'UTF-8',
  'Readable text',
]

/** Generated people have names in thirty scripts. */
function crowdedDatabase() {
  const database = temporaryDatabase()
  addNamedPeople(database.sql)
  for (const _ of fillUp(database.sql, 2_000));
  return database
}

function check(file: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'server/roster.ts'), 'check', ...options], {
    env: { ...process.env, DATABASE_URL: databaseUrl(file) },
    encoding: 'utf8',
  })
  const lines = stdout.split('\n').flatMap((line) => {
    const [, name, result] = /^([A-Z].*?) {2,}(\S.*)$/.exec(line) ?? []
    return name === undefined || result === undefined ? [] : [{ name, problem: /^ok \(\d+\.\d s\)$/.test(result) ? null : result }]
  })
  return { status, stderr, names: lines.map(({ name }) => name), problems: lines.filter(({ problem }) => problem !== null), stdout }
}

/** Expects exactly `problems`, that --repair heals them, and that nothing is wrong after it. */
function expectRepairable(file: string, problems: Record<string, RegExp>): void {
  const names = Object.keys(problems)
  const before = check(file)
  expect(before).toMatchObject({
    status: 1,
    names: CHECKS,
    stderr: `The database ${file} did not pass: it has problems (${names.join(', ')}); run roster check --repair\n`,
  })
  expect(before.problems).toEqual(names.map((name) => ({ name, problem: expect.stringMatching(problems[name] ?? /./) })))
  const repaired = check(file, '--repair')
  expect({ ...repaired, names: repaired.names.slice(-CHECKS.length) }).toMatchObject({ status: 0, stderr: '', names: CHECKS })
  expect(check(file)).toMatchObject({ status: 0, problems: [] })
}

test('a whole database passes while another program writes, with names of every script', () => {
  const { file, sql } = crowdedDatabase()
  sql.exec(
    `DELETE FROM "User" WHERE "id" % 7 = 0; UPDATE "User" SET "username" = "username" || ' jr' WHERE "id" % 5 = 0 AND length("username") < 70`,
  )
  sql.exec(`BEGIN IMMEDIATE; UPDATE "User" SET "age" = 1`)
  expect(check(file)).toMatchObject({ status: 0, stderr: '', names: CHECKS, problems: [] })
})

test('a flipped bit in the search index that SQLite does not notice is found and repaired', () => {
  const { file, sql } = temporaryDatabase()
  addPeople(sql, listGuests(1, 300))
  const search = () =>
    sql
      .prepare(`SELECT "rowid" FROM "UserSearch" WHERE "UserSearch" MATCH 'exa'`)
      .all()
      .map(({ rowid }) => rowid)
      .join()
  const right = search()
  expect(flipUnnoticedBit(sql, () => search() !== right)).toBe(true)
  expectRepairable(file, { 'Search index': /^differs from the people/ })
  expect(search()).toBe(right)
})

/** Flips a bit in the block of an index leaf so that `isWrong`, and neither SQLite nor FTS5 report an error. */
function flipUnnoticedBit(sql: DatabaseSync, isWrong: () => boolean): boolean {
  sql.enableDefensive(false)
  const write = sql.prepare('UPDATE "UserSearch_data" SET "block" = ? WHERE "id" = ?')
  const leaves = sql.prepare('SELECT "id", "block" FROM "UserSearch_data" WHERE "id" > 1000').all() as {
    id: SQLInputValue
    block: Uint8Array
  }[]
  for (const { id, block } of leaves) {
    for (let place = 10; place < block.length; place += 13) {
      const damaged = Uint8Array.from(block)
      damaged[place] = (damaged[place] ?? 0) ^ 1
      write.run(damaged, id)
      try {
        if (isWrong() && sql.prepare('PRAGMA quick_check').get()?.quick_check === 'ok') return true
      } catch {
        // SQLite noticed it.
      }
    }
    write.run(block, id)
  }
  return false
}

test.each<[string, (sql: DatabaseSync) => void, Record<string, RegExp>]>([
  [
    'a wrong folded name',
    (sql) => sql.exec(`UPDATE "UserText" SET "username" = 'adaa' WHERE "username" = 'ada'`),
    { 'Folded names': /^differ from the names of 1 person \(id 3\)$/, 'Search index': /^differs.* entries instead of/ },
  ],
  [
    'a person who is missing in the lists',
    (sql) => sql.exec(`DELETE FROM "UserText" WHERE "id" = 3`),
    { 'Folded names': /id 3/, Ages: /36/ },
  ],
  [
    'a word too many in the index of usernames alone',
    (sql) => sql.exec(`INSERT INTO "UsernameSearch" ("rowid", "username", "starts") VALUES (3, 'zed', '  ze')`),
    { 'Search index': /^differs.* entries instead of/ },
  ],
  [
    'a wrong count of ages',
    (sql) => sql.exec(`UPDATE "UserAgeCount" SET "people" = 7 WHERE "age" = 150`),
    { Ages: /^counted wrongly: 150$/ },
  ],
  [
    'a count that is missing',
    (sql) => sql.exec(`DELETE FROM "UserAgeCount" WHERE "age" IN (-1, 149)`),
    { Ages: /^counted wrongly: unknown, 149$/ },
  ],
  [
    'a wrong count of people in an order',
    (sql) => sql.exec(`UPDATE "UserKeyCount" SET "people" = "people" + 1 WHERE "key" = 'email'`),
    { 'Late pages': /^are counted wrongly in the order of email$/ },
  ],
  [
    'an order that is not counted from its start',
    (sql) => sql.exec(`DELETE FROM "UserKeyCount" WHERE "key" <> 'username'`),
    { 'Late pages': /^are counted wrongly in the order of id, email$/ },
  ],
  [
    'an index that missed a change',
    (sql) => withoutIndex(sql, 'UserText_email_age_id_idx', () => sql.exec(`UPDATE "User" SET "email" = 'adb@example.com' WHERE "id" = 3`)),
    { 'Sorted lists': /^differ from the people: UserText_email_age_id_idx$/ },
  ],
])('%s is found and repaired', (_, damage, problems) => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  damage(sql)
  sql.close()
  expectRepairable(file, problems)
})

/** Runs `change` while SQLite does not know that there is an index `name`. */
function withoutIndex(sql: DatabaseSync, name: string, change: () => void): void {
  const definition = sql.prepare('SELECT * FROM sqlite_schema WHERE "name" = ?').get(name) as Record<string, SQLInputValue>
  sql.enableDefensive(false)
  sql.exec('PRAGMA writable_schema = 1')
  sql.prepare('DELETE FROM sqlite_schema WHERE "name" = ?').run(name)
  sql.exec('PRAGMA writable_schema = RESET')
  change()
  sql.exec('PRAGMA writable_schema = 1')
  sql.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)').run(...Object.values(definition))
  sql.exec('PRAGMA writable_schema = RESET')
}

test('names that are not UTF-8 or not visible are counted, with the first ids, and not repaired', () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  const id = addBytes(sql, Buffer.from('Ren\xe9 of old', 'latin1'), Buffer.from('rene@example.com'))
  addUncheckedPeople(sql, [{ id: 100, username: 'a\u200bda', email: 'zero-width@example.com', age: null }])
  const { status, stderr, problems } = check(file, '--repair')
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: `The database ${file} did not pass: it has problems (UTF-8, Readable text); see "did not pass" in docs/troubleshooting.md\n`,
  })
  expect(problems).toEqual([
    { name: 'UTF-8', problem: `1 person (id ${id}): the username or email is not valid UTF-8; correct it` },
    {
      name: 'Readable text',
      problem: '1 person (id 100): the username or email has invisible characters, or begins with a combining mark; correct it',
    },
  ])
})

test('people who break a constraint are counted, with the first ids, and not repaired', () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  addUncheckedPeople(sql, [{ id: 100, username: 'x'.repeat(81), email: 'long@example.com', age: null }])
  expect(check(file).problems).toEqual([
    { name: 'Constraints', problem: '1 person (id 100): the username, the email or the age is not within its limits; correct it' },
  ])
})

test('a repair that another program keeps from writing changes nothing', { timeout: 30_000 }, () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  sql.exec(`DELETE FROM "UserAgeCount"; BEGIN IMMEDIATE`)
  expect(check(file, '--repair')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /did not pass: it cannot be repaired, nothing was changed: another program has been writing to it for more than 5 seconds/,
    ),
  })
})

test('a schema that differs is the only line, and a missing database is not created', () => {
  const { file, sql } = temporaryDatabase()
  sql.exec('DROP INDEX "User_email_key"')
  expect(check(file)).toMatchObject({
    status: 1,
    problems: [{ name: 'Schema', problem: 'does not match the migrations (index User_email_key is missing); restore a backup' }],
    names: ['Schema'],
  })
  const missing = join(temporaryFolder(), 'roster.db')
  expect(check(missing)).toMatchObject({ status: 1, stderr: `The database ${missing} did not pass: it does not exist\n` })
})
