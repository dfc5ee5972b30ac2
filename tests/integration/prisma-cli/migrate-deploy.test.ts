import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { applyMigrations, listMigrations, listPendingMigrations, listSchemaDifferences } from '../../../server/database/sqlite/migrate.ts'
import { FIRST_MIGRATION, PrismaProject } from '../../fixtures/prisma-project.ts'

test('deploy creates the database and applies pending migrations once', async () => {
  const project = new PrismaProject()
  const first = await project.prisma('migrate deploy')
  expect(first).toMatchObject({ code: 0, stderr: expect.not.stringContaining('rror') })
  expect(first.stdout).toContain('SQLite database roster.db created')
  expect(first.stdout).toContain(FIRST_MIGRATION)
  expect(statSync(project.file).mode & 0o137).toBe(0) // only for user and group

  const database = project.open()
  expect(listPendingMigrations(database)).toEqual([]) // nothing is left to do for npm start
  expect(listSchemaDifferences(database)).toEqual([])

  project.writeMigration('20990101000000_note', 'CREATE TABLE "Note" ("text" TEXT);\n-- the end')
  expect(await project.prisma('migrate status')).toMatchObject({ code: 1, stdout: expect.stringContaining('20990101000000_note') })
  const second = await project.prisma('migrate deploy')
  expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining('20990101000000_note') })
  expect(second.stdout).not.toContain(FIRST_MIGRATION)
  expect(await project.prisma('migrate deploy')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No pending migrations to apply.'),
  })
  expect(database.prepare('SELECT * FROM "Note"').all()).toEqual([])
})

test('the CLI finds nothing pending after npm start has migrated', async () => {
  const project = new PrismaProject()
  applyMigrations(project.open(), listMigrations())
  expect(await project.prisma('migrate status')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Database schema is up to date!'),
  })
  expect(await project.prisma('migrate dev')).toMatchObject({ code: 0, stdout: expect.stringContaining('Already in sync') })
})

test('a database that has the tables but no record of migrations can be baselined', async () => {
  const project = new PrismaProject()
  const database = project.open()
  for (const { sql } of listMigrations()) database.exec(sql)

  const refused = await project.prisma('migrate deploy')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('P3005')
  expect(refused.stderr).toContain('The database schema is not empty')

  const unknown = await project.prisma('migrate resolve --applied 20990101000000_none')
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain('P3017')
  expect(unknown.stderr).toContain('The migration 20990101000000_none could not be found.')
  for (const { name } of listMigrations()) {
    expect(await project.prisma(`migrate resolve --applied ${name}`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('marked as applied'),
    })
  }
  expect(await project.prisma('migrate status')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Database schema is up to date!'),
  })
  expect(listPendingMigrations(database)).toEqual([])
})
