import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { fillUp } from '../../../server/database/sqlite/seed.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { addNamedPeople, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { type Exit, RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'

const WELL: Exit = { status: 0, signal: null }
const GENERATED = 20_000
const report = () => {}

function prepare(file: string, seed = 'samples'): RosterProcess {
  const command: [string, ...string[]] = [process.execPath, 'server/roster.ts', 'prepare']
  const roster = new RosterProcess({ command, env: { DATABASE_URL: databaseUrl(file), SEED: seed } })
  onTestFinished(() => roster.stop())
  return roster
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

function countPeople(file: string): unknown {
  const database = open(file)
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  return database.prepare('SELECT count(*) AS people, (SELECT sum(people) FROM "UserAgeCount") AS counted FROM "User"').get()
}

test('of first starts at the same time, one creates the database and the others wait for it', async () => {
  const file = join(temporaryFolder(), 'new', 'roster.db')
  const starts = [prepare(file, String(GENERATED)), prepare(file, String(GENERATED)), prepare(file, String(GENERATED))]
  for (const start of starts) expect({ ...(await start.exited()), stderr: start.stderr }).toEqual({ ...WELL, stderr: '' })
  for (const start of starts) expect(start.stdout).toContain('is ready, with 20,000 people.')
  expect(starts.filter(({ stdout }) => stdout.includes('Creating')).length).toBe(1)
  expect(countPeople(file)).toEqual({ people: GENERATED, counted: GENERATED })
})

test('a start while another creates the database uses that database', async () => {
  const file = join(temporaryFolder(), 'roster.db')
  const first = prepare(file, String(GENERATED))
  await first.printed(/Creating/)
  const second = prepare(file, 'none')
  await second.exited()
  expect(second.stderr).toBe('')
  expect(second.stdout).toContain('is ready, with 20,000 people.')
  expect(await first.exited()).toEqual(WELL)
})

test('a first start that is killed does not block the next one', async () => {
  const file = join(temporaryFolder(), 'roster.db')
  const killed = prepare(file, '1000000')
  await killed.printed(/Creating/)
  const waiting = prepare(file)
  await waiting.printed(/Another process is writing to .*roster\.db; waiting for it to finish/)
  killed.kill('SIGKILL')
  await waiting.exited()
  expect(waiting.stderr).toBe('')
  expect(readdirSync(join(file, '..'))).toEqual(['roster.db'])
  expect(countPeople(file)).toEqual({ people: SAMPLE_PEOPLE.length, counted: SAMPLE_PEOPLE.length })
})

test('of upgrades at the same time, one copies and migrates the database and the others wait for it', async () => {
  const { file, sql } = temporaryDatabase(listMigrations().slice(0, 1))
  for (const _ of fillUp(sql, GENERATED));
  const starts = [prepare(file), prepare(file), prepare(file)]
  for (const start of starts) expect({ ...(await start.exited()), stderr: start.stderr }).toEqual({ ...WELL, stderr: '' })
  expect(starts.filter(({ stdout }) => stdout.includes('Applying')).length).toBe(1)
  expect(countPeople(file)).toEqual({ people: GENERATED, counted: GENERATED })
  const [copy = '', ...others] = readdirSync(join(file, '..')).filter((name) => name.includes('before'))
  expect(others).toEqual([])
  const kept = open(join(file, '..', copy))
  expect(kept.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: GENERATED })
  expect(kept.prepare('SELECT count(*) AS applied FROM "_prisma_migrations"').get()).toEqual({ applied: 1 })
})

test('an upgrade that is killed leaves the database as it was, and the next one upgrades it', async () => {
  const { file, sql } = temporaryDatabase(listMigrations().slice(0, 1))
  for (const _ of fillUp(sql, GENERATED));
  const killed = prepare(file)
  await killed.printed(/Applying/)
  killed.kill('SIGKILL')
  await killed.exited()
  expect(sql.prepare('SELECT count(*) AS applied FROM "_prisma_migrations"').get()).toEqual({ applied: 1 })
  expect(prepareDatabase(file, { report })).toEqual({ people: GENERATED })
  expect(countPeople(file)).toEqual({ people: GENERATED, counted: GENERATED })
})

test('a process that keeps the database locked for longer than a start waits is the reason in the error', () => {
  const { file, sql } = temporaryDatabase(listMigrations().slice(0, 1))
  addNamedPeople(sql)
  sql.exec('BEGIN IMMEDIATE')
  const lines: string[] = []
  expect(() => prepareDatabase(file, { report: (line) => lines.push(line), maxWaitMs: 100 })).toThrow(
    `The database ${file} cannot be used: another process has locked it for 0.1 seconds; stop that process (fuser -v ${file} names it) and start again`,
  )
  expect(lines).toEqual([`Another process is writing to ${file}; waiting for it to finish …`])
  sql.exec('ROLLBACK')
  expect(prepareDatabase(file, { report })).toEqual({ people: NAMED_PEOPLE.length })
})

test('a start does not wait for a writer when no migration is pending', () => {
  const { file, sql } = temporaryDatabase()
  sql.exec('BEGIN IMMEDIATE')
  expect(prepareDatabase(file, { report, maxWaitMs: 0 })).toEqual({ people: 0 })
})
