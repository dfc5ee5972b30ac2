import { expect, test } from 'vitest'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

test('push makes the database match the schema, and refuses to lose data without --accept-data-loss', async () => {
  const project = new PrismaProject()
  const database = project.open()
  expect(await project.prisma('db push')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Your database is now in sync with your Prisma schema.'),
  })
  database.exec(`INSERT INTO "User" ("username", "email", "age") VALUES ('ada', 'ada@example.org', 36)`)

  project.editSchema(/ +age .*\n/, '')
  const refused = await project.prisma('db push')
  expect(refused.code).toBe(1)
  expect(refused.stdout).toContain('You are about to drop the column `age` on the `User` table, which still contains 1 non-null values.')
  expect(refused.stderr).toContain('--accept-data-loss')
  expect(database.prepare('SELECT age FROM "User"').all()).toEqual([{ age: 36 }])

  expect(await project.prisma('db push --accept-data-loss')).toMatchObject({ code: 0 })
  expect(database.prepare('SELECT * FROM "User"').all()).toEqual([{ id: 1, username: 'ada', email: 'ada@example.org' }])
})

test('pull prints the schema of a database that others have changed', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  database.exec('CREATE TABLE "Note" ("id" INTEGER PRIMARY KEY, "text" TEXT NOT NULL)')
  const schema = project.read('prisma/schema.prisma')
  const printed = await project.prisma('db pull --print')
  expect(printed).toMatchObject({ code: 0, stdout: expect.stringMatching(/model User {[^}]+username +String +@unique/) })
  expect(printed.stdout).toMatch(/model Note {\s+id +Int +@id @default\(autoincrement\(\)\)\s+text +String\s+}/)
  expect(project.read('prisma/schema.prisma')).toBe(schema)

  expect(await project.prisma('db pull')).toMatchObject({ code: 0 })
  expect(project.read('prisma/schema.prisma')).toContain('model Note {')
})

test("execute runs a whole script from a file or stdin, and reports SQLite's error", async () => {
  const project = new PrismaProject()
  const database = project.open()
  project.write('script.sql', 'CREATE TABLE "Note" ("id" INTEGER PRIMARY KEY); INSERT INTO "Note" VALUES (1), (2);')
  expect(await project.prisma('db execute --file script.sql')).toMatchObject({ code: 0 })
  expect(await project.prisma('db execute --stdin', { input: 'DELETE FROM "Note" WHERE id = 1' })).toMatchObject({ code: 0 })
  expect(database.prepare('SELECT id FROM "Note"').all()).toEqual([{ id: 2 }])

  const refused = await project.prisma('db execute --stdin', { input: 'INSERT INTO "Note" VALUES (3), (2)' })
  expect(refused.code).toBe(1)
  expect(refused.stderr.trim()).toMatch(/Error: UNIQUE constraint failed: Note\.id$/)
})

test('seed runs the seed script on the pinned Node, with the same database', async () => {
  const project = new PrismaProject()
  project.write('prisma/seed.ts', 'const node: string = process.version; console.log("seeding", process.env.DATABASE_URL, "on", node)')
  const result = await project.prisma('db seed')
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining(`seeding file://${project.file} on ${process.version}`) })
})
