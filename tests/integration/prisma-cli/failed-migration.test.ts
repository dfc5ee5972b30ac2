import { expect, test } from 'vitest'
import { applyMigrations, listMigrations, listPendingMigrations } from '../../../server/database/sqlite/migrate.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

const NAME = '20990101000000_note'

test('a migration that fails changes nothing, is refused until it is resolved, and can then be deployed', async () => {
  const { project, database } = migratedProject()
  project.writeMigration(
    NAME,
    `CREATE TABLE "Note" ("id" INTEGER);
     DELETE FROM "User";
     PRAGMA foreign_keys=ON;
     INSERT INTO "User" ("username", "email") VALUES ('grace', 'nonsense');`,
  )
  const failed = await project.prisma('migrate deploy')
  expect(failed.code).toBe(1)
  expect(failed.stderr.trim()).toContain(
    `Error: P3018

A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve

Migration name: ${NAME}

Database error code: SQLITE_CONSTRAINT_CHECK

Database error:
CHECK constraint failed: email must look like name@host`,
  )
  expect(database.prepare('SELECT username FROM "User"').all()).toEqual([{ username: 'ada' }])
  expect(listTables(database)).not.toContain('Note')
  expect(database.prepare('SELECT logs FROM "_prisma_migrations" WHERE migration_name = ?').get(NAME)?.logs).toContain(
    'email must look like name@host',
  )

  const refused = await project.prisma('migrate deploy')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('P3009')
  expect(refused.stderr).toMatch(new RegExp(`The \`${NAME}\` migration started at .* UTC failed`))
  expect(() => listPendingMigrations(database)).toThrow(/failed/)
  expect(await project.prisma('migrate status')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Following migration have failed:\n${NAME}`),
  })

  project.writeMigration(NAME, 'CREATE TABLE "Note" ("id" INTEGER);')
  expect(await project.prisma(`migrate resolve --rolled-back ${NAME}`)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('marked as rolled back'),
  })
  expect(await project.prisma('migrate deploy')).toMatchObject({ code: 0, stdout: expect.stringContaining(NAME) })
  expect(listTables(database)).toContain('Note')
  expect(() => listPendingMigrations(database)).not.toThrow(/failed/)
})

test('a migration that breaks a foreign key is undone', async () => {
  const { project, database } = migratedProject()
  project.writeMigration(
    NAME,
    `CREATE TABLE "Note" ("user" INTEGER REFERENCES "User" ("id"));
     INSERT INTO "Note" VALUES (1);
     DELETE FROM "User";`,
  )
  const failed = await project.prisma('migrate deploy')
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('Database error:\n1 rows break a foreign key')
  expect(listTables(database)).not.toContain('Note')
  expect(database.prepare('SELECT username FROM "User"').all()).toEqual([{ username: 'ada' }])
})

test('a migration with its own transactions runs unchanged', async () => {
  const { project, database } = migratedProject()
  project.writeMigration(
    NAME,
    `CREATE TABLE "Before" ("id" INTEGER);
     BEGIN; CREATE TABLE "Within" ("id" INTEGER); COMMIT;
     VACUUM;`,
  )
  expect(await project.prisma('migrate deploy')).toMatchObject({ code: 0, stdout: expect.stringContaining(NAME) })
  expect(listTables(database)).toEqual(expect.arrayContaining(['Before', 'Within']))
})

test('a migration that commits a transaction it did not begin fails with a reason', async () => {
  const { project } = migratedProject()
  project.writeMigration(NAME, 'COMMIT; CREATE TABLE "After" ("id" INTEGER);')
  const failed = await project.prisma('migrate deploy')
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('Database error:\nthe script ends a transaction that it did not begin')
})

function migratedProject() {
  const project = new PrismaProject()
  const database = project.open()
  applyMigrations(database, listMigrations())
  database.exec(`INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.org')`)
  return { project, database }
}

function listTables(database: ReturnType<PrismaProject['open']>): unknown[] {
  return database
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
    .map(({ name }) => name)
}
