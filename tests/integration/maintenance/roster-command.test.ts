import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { listMigrations } from '../../../server/database/migrate.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { addNamedPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'

function roster(commandArguments: string[], file: string) {
  const env = { ...process.env, DATABASE_URL: databaseUrl(file) }
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'server/roster.ts'), ...commandArguments], {
    env,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('backup copies what is committed while the database is in use, and never overwrites a file', () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  sql.exec(`BEGIN; DELETE FROM "User"`)
  const copy = join(temporaryFolder(), 'copy.db')
  expect(roster(['backup', copy], file)).toEqual({ status: 0, stdout: `The database is copied to ${copy}\n`, stderr: '' })
  const database = new DatabaseSync(copy)
  expect(database.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: 10 })
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  database.close()
  expect(roster(['backup', copy], file)).toEqual({ status: 1, stdout: '', stderr: `${copy} exists already; name another file\n` })
})

test('backup without a file name writes beside the database', () => {
  const { file } = temporaryDatabase()
  expect(roster(['backup'], file).status).toBe(0)
  expect(readdirSync(join(file, '..'))).toContainEqual(expect.stringMatching(/^roster\.db\.\d{8}T\d{6}Z$/))
})

test('migrate-status lists what is applied, and its exit status shows whether something is missing', () => {
  const { file, sql } = temporaryDatabase()
  const names = listMigrations().map(({ name }) => name)
  expect(roster(['migrate-status'], file)).toEqual({ status: 0, stdout: names.map((name) => `applied  ${name}\n`).join(''), stderr: '' })
  sql.prepare('DELETE FROM "_prisma_migrations" WHERE migration_name = ?').run(names.at(-1) ?? '')
  expect(roster(['migrate-status'], file)).toMatchObject({ status: 1, stdout: expect.stringContaining(`missing  ${names.at(-1)}\n`) })
})

test('seed adds people', () => {
  const { file, sql } = temporaryDatabase()
  expect(roster(['seed', '--count', '50'], file).status).toBe(0)
  expect(sql.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: 50 })
})

test('help is the default, and anything else is refused', () => {
  expect(roster([], '/nowhere/roster.db').stdout).toMatch(/^Usage: roster COMMAND/)
  expect(roster(['seed', '--help'], '/nowhere/roster.db').stdout).toMatch(/^Usage: roster seed \[--count N\]/)
  expect(roster(['destroy'], '/nowhere/roster.db')).toMatchObject({ status: 1, stderr: 'unknown command "destroy"; see roster help\n' })
  expect(roster(['backup', '--force'], '/nowhere/roster.db')).toMatchObject({ status: 1, stderr: expect.stringContaining('"--force"') })
})

test('a missing database is not created', () => {
  const file = join(temporaryFolder(), 'roster.db')
  expect(roster(['backup'], file)).toMatchObject({ status: 1, stderr: `The database ${file} cannot be copied: it does not exist\n` })
  expect(existsSync(file)).toBe(false)
})
