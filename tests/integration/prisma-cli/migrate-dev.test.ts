import { expect, test } from 'vitest'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { FIRST_MIGRATION, PrismaProject } from '../../fixtures/prisma-project.ts'

test('dev creates a migration from a changed schema without applying it, then applies it', async () => {
  const project = new PrismaProject()
  const first = await project.prisma('migrate dev')
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('SQLite database roster.db created') })
  expect(first.stdout).toContain(FIRST_MIGRATION)

  project.editSchema(/( +age .*)/, '$1\n  phone String?')
  const draft = await project.prisma('migrate dev --name phone --create-only')
  expect(draft).toMatchObject({ code: 0, stdout: expect.stringMatching(/without applying it \d{14}_phone/) })
  const name = project.listMigrations().at(-1)
  expect(project.read(`prisma/migrations/${name}/migration.sql`)).toContain('ALTER TABLE "User" ADD COLUMN "phone" TEXT;')
  expect(() => project.open().prepare('SELECT phone FROM "User"')).toThrow('no such column')

  const applied = await project.prisma('migrate dev')
  expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining('Your database is now in sync with your schema.') })
  expect(applied.stdout).toContain(name)
  expect(project.open().prepare('SELECT phone FROM "User"').all()).toEqual([])
})

test('dev creates and applies a migration in one step', async () => {
  const project = new PrismaProject()
  applyMigrations(project.open(), listMigrations())
  project.editSchema(/$/, '\nmodel Note {\n  id Int @id\n}\n')
  const result = await project.prisma('migrate dev --name note')
  expect(result).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/created and applied from new schema changes:\s+prisma\/migrations\/\s+└─ \d{14}_note/),
  })
  expect(project.open().prepare('SELECT id FROM "Note"').all()).toEqual([])
})

test('dev refuses a database with other changes, and names them', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  database.exec('CREATE TABLE "Stray" ("id" INTEGER PRIMARY KEY)')
  const result = await project.prisma('migrate dev')
  expect(result.code).toBe(130)
  expect(result.stdout).toContain('Drift detected: Your database schema is not in sync with your migration history.')
  expect(result.stdout).toMatch(/\[-] Removed tables\s+- Stray|\[\+] Added tables\s+- Stray/)
  expect(database.prepare('SELECT * FROM "Stray"').all()).toEqual([])
})

test('dev refuses a migration that was edited after it was applied', async () => {
  const project = new PrismaProject()
  applyMigrations(project.open(), listMigrations())
  project.writeMigration(FIRST_MIGRATION, `${project.read(`prisma/migrations/${FIRST_MIGRATION}/migration.sql`)}-- edited\n`)
  const result = await project.prisma('migrate dev')
  expect(result.code).toBe(130)
  expect(result.stdout).toContain(`The migration \`${FIRST_MIGRATION}\` was modified after it was applied.`)
})

test('dev tries migrations on a shadow database first, and does not touch the real one when one fails', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  project.writeMigration('20990101000000_broken', 'DROP TABL "User";')
  const result = await project.prisma('migrate dev')
  expect(result.code).toBe(1)
  expect(result.stderr).toContain('P3006')
  expect(result.stderr).toContain('Migration `20990101000000_broken` failed to apply cleanly to the shadow database.')
  expect(result.stderr).toContain('near "TABL": syntax error')
  expect(result.stderr).not.toMatch(/schema-engine\/|\.rs:|SQLITE_/)
  expect(database.prepare(`SELECT count(*) AS count FROM "_prisma_migrations" WHERE migration_name LIKE '%broken'`).get()).toEqual({
    count: 0,
  })
})
