import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { PrismaProject, type Result } from '../../fixtures/prisma-project.ts'

const NOBODY = 65_534
const asNobody = process.getuid?.() === 0 ? { uid: NOBODY } : {} // root may read and write everything

test('a database that does not exist', async () => {
  const project = new PrismaProject()
  const status = await project.prisma('migrate status')
  expectPlainFailure(status)
  expect(status.stderr).toContain('P1003: Database `roster.db` does not exist')
  const executed = await project.prisma('db execute --stdin')
  expectPlainFailure(executed)
  expect(executed.stderr).toMatch(/P1003\s+Database `roster\.db` does not exist/)
  const pulled = await project.prisma('db pull')
  expectPlainFailure(pulled)
  expect(pulled.stderr).toContain('P1003 The introspected database does not exist')
})

test('a file that is not a database is left as it is', async () => {
  const project = new PrismaProject()
  writeFileSync(project.file, 'Dear diary, this is not a database at all, however long it may be. '.repeat(20))
  const before = project.read('data/roster.db')
  const result = await project.prisma('migrate reset --force')
  expectPlainFailure(result)
  expect(result.stderr).toContain(`file is not a database: ${project.file}`)
  expect(project.read('data/roster.db')).toBe(before)
})

test('a folder in place of the database', async () => {
  const project = new PrismaProject()
  mkdirSync(project.file)
  const result = await project.prisma('migrate deploy')
  expectPlainFailure(result)
  expect(result.stderr).toContain(`unable to open database file: ${project.file}`)
})

test('a path through a file', async () => {
  const project = new PrismaProject()
  const result = await project.prisma('migrate deploy', { env: { DATABASE_URL: databaseUrl(`${project.folder}/package.json/roster.db`) } })
  expectPlainFailure(result)
  expect(result.stderr).toMatch(/EEXIST|ENOTDIR/)
  expect(result.stderr).toContain('package.json')
})

test('a folder in which nothing may be written', async () => {
  const project = new PrismaProject()
  openToAll(project)
  chmodSync(dirname(project.file), 0o555)
  const result = await project.prisma('migrate deploy', asNobody)
  expectPlainFailure(result)
  expect(result.stderr).toContain(`EACCES: permission denied, open '${project.file}'`)
})

test('a folder that may not be entered', async () => {
  const project = new PrismaProject()
  openToAll(project)
  chmodSync(dirname(project.file), 0o000)
  const result = await project.prisma('migrate status', asNobody)
  chmodSync(dirname(project.file), 0o755)
  expectPlainFailure(result)
  expect(result.stderr).toContain(`EACCES: permission denied, stat '${project.file}'`)
})

test('a database that may only be read', async () => {
  const project = new PrismaProject()
  applyMigrations(project.open(), listMigrations())
  openToAll(project)
  chmodSync(project.file, 0o444)
  chmodSync(dirname(project.file), 0o555)
  expect(await project.prisma('migrate status', asNobody)).toMatchObject({ code: 0 })
  project.writeMigration('20990101000000_note', 'CREATE TABLE "Note" ("id" INTEGER);')
  const result = await project.prisma('migrate deploy', asNobody)
  expectPlainFailure(result)
  expect(result.stderr).toContain('attempt to write a readonly database')
})

test('a database that another process does not stop writing to', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  project.writeMigration('20990101000000_note', 'CREATE TABLE "Note" ("id" INTEGER);')
  database.exec('BEGIN IMMEDIATE')
  const start = performance.now()
  const result = await project.prisma('migrate deploy')
  expectPlainFailure(result)
  expect(result.stderr).toContain('Error: database is locked')
  expect(performance.now() - start).toBeGreaterThan(5_000)
})

function openToAll(project: PrismaProject): void {
  chmodSync(project.folder, 0o755)
}

function expectPlainFailure({ code, stdout, stderr }: Result): void {
  expect(code).toBe(1)
  expect(stdout + stderr).not.toMatch(/\n\s+at |\.rs:|SQLITE_|External error/)
}
