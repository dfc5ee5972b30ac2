import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { connect, PostgresServer } from '../../fixtures/postgres-server.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

const FOLDER = 'prisma/postgres'
const NOTE = '20990101000000_note'

describe.runIf(findPostgres() !== null)('with PostgreSQL', () => {
  let server: PostgresServer
  let databases = 0
  beforeAll(async () => {
    server = await PostgresServer.start()
  })
  afterAll(() => server.stop())

  /** A copy of the repository, and Prisma's CLI on a database that does not exist yet. */
  function createProject() {
    const project = new PrismaProject(FOLDER)
    const url = server.url(`project_${++databases}`)
    return { project, url, prisma: (command: string, input = '') => project.prisma(command, { input, env: { DATABASE_URL: url } }) }
  }

  async function migratedProject() {
    const project = createProject()
    expect(await project.prisma('migrate deploy')).toMatchObject({ code: 0, stderr: expect.not.stringContaining('rror') })
    return { ...project, sql: await connect(project.url) }
  }

  test('deploy creates the database in the right locale, and applies pending migrations once', async () => {
    const { project, url, prisma } = createProject()
    expect(await prisma('migrate status')).toMatchObject({ code: 1, stderr: expect.stringContaining('P1003') })
    const first = await prisma('migrate deploy')
    expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining(`PostgreSQL database project_${databases} created`) })
    expect(first.stdout).toContain('_create_user')
    const sql = await connect(url)
    await sql.query(`INSERT INTO "User" ("username", "email") VALUES ('Zoë', 'zoe@example.com')`)
    const { rows } = await sql.query('SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()')
    expect(rows).toEqual([{ datcollate: 'C', datctype: 'C.UTF-8' }])

    project.writeMigration(NOTE, `CREATE TABLE "Note" ("text" TEXT)`)
    expect(await prisma('migrate status')).toMatchObject({ code: 1, stdout: expect.stringContaining(NOTE) })
    const second = await prisma('migrate deploy')
    expect(second).toMatchObject({ code: 0, stdout: expect.stringContaining(NOTE) })
    expect(second.stdout).not.toContain('_create_user')
    expect(await prisma('migrate status')).toMatchObject({ code: 0, stdout: expect.stringContaining('Database schema is up to date!') })
    expect((await sql.query('SELECT * FROM "Note"')).rows).toEqual([])
  })

  test('a migration that fails changes nothing, and can be resolved', async () => {
    const { project, prisma, sql } = await migratedProject()
    project.writeMigration(
      NOTE,
      `CREATE TABLE "Note" ("id" INTEGER); INSERT INTO "User" ("username", "email") VALUES ('grace', 'nonsense')`,
    )
    const failed = await prisma('migrate deploy')
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('Error: P3018')
    expect(failed.stderr).toContain(`Migration name: ${NOTE}\n\nDatabase error code: 23514\n\nDatabase error:\nnew row for relation "User"`)
    expect(failed.stderr).toContain('email must look like name@host')
    await expect(sql.query('SELECT * FROM "Note"')).rejects.toThrow('does not exist')

    expect(await prisma('migrate deploy')).toMatchObject({ code: 1, stderr: expect.stringContaining('P3009') })
    // A function with semicolons arrives whole.
    project.writeMigration(
      NOTE,
      'CREATE FUNCTION "note"() RETURNS INTEGER LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$; CREATE TABLE "Note" ("id" INTEGER)',
    )
    expect(await prisma(`migrate resolve --rolled-back ${NOTE}`)).toMatchObject({ code: 0 })
    expect(await prisma('migrate deploy')).toMatchObject({ code: 0 })
    expect((await sql.query('SELECT "note"() FROM "User" RIGHT JOIN "Note" ON true')).rows).toEqual([])
  })

  test('dev finds nothing to do, then creates and applies a migration from a changed schema', async () => {
    const { project, prisma, sql } = await migratedProject()
    expect(await prisma('migrate dev')).toMatchObject({ code: 0, stdout: expect.stringContaining('Already in sync') })
    project.editSchema(/( +age .*)/, '$1\n  phone String?')
    const result = await prisma('migrate dev --name phone')
    expect(result).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/created and applied from new schema changes:[\s\S]*\d{14}_phone/),
    })
    expect(project.read(`${FOLDER}/migrations/${project.listMigrations().at(-1)}/migration.sql`)).toContain('ADD COLUMN     "phone" TEXT')
    expect((await sql.query('SELECT "phone" FROM "User"')).rows).toEqual([])
    // The databases on which it has tried the migrations are gone.
    expect((await sql.query(`SELECT datname FROM pg_database WHERE datname LIKE 'prisma%'`)).rows).toEqual([])
  })

  test('dev refuses a broken migration on the database to try it on, and does not touch the real one', async () => {
    const { project, prisma, sql } = await migratedProject()
    project.writeMigration(NOTE, 'DROP TABL "User"')
    const result = await prisma('migrate dev')
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('P3006') })
    expect(result.stderr).toContain('syntax error at or near "TABL"')
    expect((await sql.query('SELECT * FROM "_prisma_migrations"')).rows).toHaveLength(project.listMigrations().length - 1)
  })

  test('reset empties the database and migrates again', async () => {
    const { prisma, sql } = await migratedProject()
    await sql.query(`INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.com'); CREATE TABLE "Stray" ("id" INTEGER)`)
    expect(await prisma('migrate reset --force')).toMatchObject({ code: 0, stdout: expect.stringContaining('Database reset successful') })
    expect((await sql.query('SELECT * FROM "User"')).rows).toEqual([])
    await expect(sql.query('SELECT * FROM "Stray"')).rejects.toThrow('does not exist')
  })

  test('execute, pull and diff work on it', async () => {
    const { prisma, sql } = await migratedProject()
    const script = `INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.com'); DO $$ BEGIN PERFORM 1; END $$;`
    expect(await prisma('db execute --stdin', script)).toMatchObject({ code: 0 })
    expect((await sql.query('SELECT "username" FROM "User"')).rows).toEqual([{ username: 'ada' }])
    expect(await prisma('db pull --print')).toMatchObject({ code: 0, stdout: expect.stringMatching(/model User {[^}]+username +String/) })
    expect(await prisma(`migrate diff --from-config-datasource --to-schema ${FOLDER}/schema.prisma`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('No difference detected'),
    })
    expect(await prisma(`migrate diff --from-empty --to-schema ${FOLDER}/schema.prisma --script`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('CREATE TABLE "User"'),
    })
  })

  test('a database that cannot be reached is named, without its password', async () => {
    const { project } = createProject()
    const env = { DATABASE_URL: 'postgresql://roster:secret@127.0.0.1:1/roster' }
    const result = await project.prisma('migrate deploy', { env })
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('P1001') })
    expect(result.stdout + result.stderr).not.toContain('secret')
  })
})
