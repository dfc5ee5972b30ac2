import { expect, test } from 'vitest'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

test('diff compares schemas without a database', async () => {
  const project = new PrismaProject()
  const summary = await project.prisma('migrate diff --from-empty --to-schema prisma/schema.prisma')
  expect(summary).toMatchObject({ code: 0, stdout: expect.stringMatching(/\[\+] Added tables\s+- User/) })

  const same = await project.prisma('migrate diff --from-schema prisma/schema.prisma --to-schema prisma/schema.prisma --exit-code')
  expect(same).toMatchObject({ code: 0, stdout: expect.stringContaining('No difference detected.') })
})

test('diff writes the script from the migrations to a changed schema into a file', async () => {
  const project = new PrismaProject()
  project.editSchema(/( +age .*)/, '$1\n  phone String?')
  const result = await project.prisma(
    'migrate diff --from-migrations prisma/migrations --to-schema prisma/schema.prisma --script --exit-code -o change.sql',
  )
  expect(result).toMatchObject({ code: 2, stdout: expect.not.stringContaining('ALTER') })
  expect(project.read('change.sql')).toContain('ALTER TABLE "User" ADD COLUMN "phone" TEXT;')
})

test('diff compares the database with the migrations and the schema', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  expect(await project.prisma('migrate diff --from-migrations prisma/migrations --to-config-datasource --exit-code')).toMatchObject({
    code: 0,
  })

  database.exec('CREATE TABLE "Stray" ("id" INTEGER PRIMARY KEY)')
  const result = await project.prisma('migrate diff --from-config-datasource --to-schema prisma/schema.prisma --script')
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('DROP TABLE "Stray";') })
})
