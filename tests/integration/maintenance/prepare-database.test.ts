import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { applyMigrations, listMigrations, listPendingMigrations, listSchemaDifferences } from '../../../server/database/sqlite/migrate.ts'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'

const report = () => {}
const [FIRST, SECOND] = listMigrations()

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

/** The file of an older Roster's database, with one person in it. */
function olderDatabase(): { file: string; sql: DatabaseSync } {
  const file = join(temporaryFolder(), 'roster.db')
  const sql = open(file)
  if (FIRST) applyMigrations(sql, [FIRST])
  sql.exec(`INSERT INTO "User" (username, email) VALUES ('ada', 'ada@example.com')`)
  return { file, sql }
}

test.each([
  ['none', 0],
  ['samples', SAMPLE_PEOPLE.length],
  [1000, 1000],
] as const)('a database made with %s has %i people', (seed, people) => {
  const file = join(temporaryFolder(), 'new', 'roster.db')
  expect(prepareDatabase(file, { seed, report })).toEqual({ people })
  expect(prepareDatabase(file, { seed: 'samples', report })).toEqual({ people })
  expect(open(file).prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
})

test('an upgrade of a database that is served leaves the indexes of the release before until the next start', () => {
  const file = join(temporaryFolder(), 'roster.db')
  const sql = open(file)
  const [newest] = listMigrations()
    .filter((migration) => migration.sql.includes('DROP INDEX'))
    .slice(-1)
  applyMigrations(
    sql,
    listMigrations().slice(
      0,
      listMigrations().findIndex(({ name }) => name === newest?.name),
    ),
  )
  const listIndexes = () =>
    sql
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'User'`)
      .all()
      .map(({ name }) => name)
  const before = listIndexes()
  prepareDatabase(file, { report, isServed: true })
  expect(listIndexes()).toEqual(before)
  prepareDatabase(file, { report, isServed: true })
  expect(listIndexes().length).toBeLessThan(before.length)
  prepareDatabase(file, { report })
  expect(listSchemaDifferences(sql)).toEqual([])
})

test('a copy of an older database is kept before it is migrated', () => {
  const { file } = olderDatabase()
  const lines: string[] = []
  expect(prepareDatabase(file, { report: (line) => lines.push(line) })).toEqual({ people: 1 })
  const copy = `${file}.before-${SECOND?.name}`
  expect(lines[0]).toBe(`Copying the database to ${copy} …`)
  const kept = open(copy)
  expect(kept.prepare('SELECT username FROM "User"').all()).toEqual([{ username: 'ada' }])
  expect(listPendingMigrations(kept).length).toBe(listMigrations().length - 1)
  expect(listPendingMigrations(open(file))).toEqual([])
})

test('a copy from before is replaced as a whole, even after an interrupted start', () => {
  const { file } = olderDatabase()
  const copy = `${file}.before-${SECOND?.name}`
  writeFileSync(copy, 'older')
  for (const draft of ['.new', '.new-journal']) writeFileSync(`${copy}${draft}`, 'half')
  prepareDatabase(file, { report })
  expect(open(copy).prepare('SELECT username FROM "User"').all()).toEqual([{ username: 'ada' }])
  expect(readdirSync(join(file, '..')).filter((name) => name.includes('.new'))).toEqual([])
})

test('an upgrade that does not end in the schema of the migrations changes nothing', () => {
  const { file, sql } = olderDatabase()
  sql.exec('DROP INDEX "User_email_key"')
  expect(() => prepareDatabase(file, { report })).toThrow('index User_email_key is missing')
  expect(listPendingMigrations(sql).length).toBe(listMigrations().length - 1)
})

test.each(['an empty file', 'a database without tables'])('%s is filled like a new database', (what) => {
  const file = join(temporaryFolder(), 'roster.db')
  writeFileSync(file, '')
  if (what !== 'an empty file') open(file).exec('PRAGMA journal_mode = WAL; CREATE TABLE note (id); DROP TABLE note')
  expect(prepareDatabase(file, { report })).toEqual({ people: SAMPLE_PEOPLE.length })
})

test('no copy is made of a database without pending migrations', () => {
  const file = join(temporaryFolder(), 'roster.db')
  prepareDatabase(file, { report })
  prepareDatabase(file, { report })
  expect(readdirSync(join(file, '..'))).toEqual(['roster.db'])
})

test('when one of several migrations fails, none is applied', () => {
  const { sql } = olderDatabase()
  const broken = { name: '29990101000000_broken', sql: 'CREATE TABLE "Note" ("id"); SELECT nonsense', checksum: '' }
  expect(() => applyMigrations(sql, [...listMigrations().slice(1), broken])).toThrow(
    'migration 29990101000000_broken failed, nothing was changed: no such column: nonsense',
  )
  expect(listPendingMigrations(sql).length).toBe(listMigrations().length - 1)
})
