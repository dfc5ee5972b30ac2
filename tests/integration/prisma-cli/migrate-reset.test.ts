import { expect, test } from 'vitest'
import { applyMigrations, listMigrations, listPendingMigrations, listSchemaDifferences } from '../../../server/database/sqlite/migrate.ts'
import { FIRST_MIGRATION, PrismaProject } from '../../fixtures/prisma-project.ts'

test('reset drops everything, including full-text indexes, triggers and views, and migrates again', async () => {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  database.exec(`
    PRAGMA journal_mode = WAL;
    CREATE VIRTUAL TABLE "PersonSearch" USING fts5("username", content = 'User', content_rowid = 'id', tokenize = 'trigram');
    CREATE TRIGGER "PersonSearch_insert" AFTER INSERT ON "User" BEGIN
      INSERT INTO "PersonSearch" (rowid, username) VALUES (new.id, new.username);
    END;
    CREATE VIEW "Adult" AS SELECT * FROM "User" WHERE age >= 18;
    CREATE TABLE "Odd ""name" ("user" INTEGER REFERENCES "User" ("id"));
    INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.org');
    INSERT INTO "Odd ""name" VALUES (1)`)

  const result = await project.prisma('migrate reset --force')
  expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('Database reset successful') })
  expect(result.stdout).toContain(FIRST_MIGRATION)

  const names = database
    .prepare('SELECT name FROM sqlite_schema')
    .all()
    .map(({ name }) => String(name))
  expect(names.filter((name) => /Person|Adult|Odd/.test(name))).toEqual([])
  expect(listPendingMigrations(database)).toEqual([])
  expect(listSchemaDifferences(database)).toEqual([])
  expect(database.exec(`INSERT INTO "User" ("username", "email") VALUES ('grace', 'grace@example.org')`)).toBeUndefined()
  expect(database.prepare('SELECT id, username FROM "User"').all()).toEqual([{ id: 1, username: 'grace' }])
})
