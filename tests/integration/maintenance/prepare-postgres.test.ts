import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyMigrations, listMigrations, readMigrationState } from '../../../server/database/postgres/migrate.ts'
import { prepareDatabase } from '../../../server/database/postgres/prepare.ts'
import { findReadinessProblem } from '../../../server/database/postgres/readiness.ts'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { connect, PostgresServer, runScript } from '../../fixtures/postgres-server.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'

const report = () => {}
const MIGRATIONS = listMigrations()
const NAMES = MIGRATIONS.map(({ name }) => name)

describe.runIf(findPostgres() !== null)('with PostgreSQL', () => {
  let server: PostgresServer
  /** The address of a prepared database without people, to be copied. */
  let prepared: string
  beforeAll(async () => {
    server = await PostgresServer.start()
    prepared = server.url('prepared')
    await prepareDatabase(prepared, { seed: 'none', report })
    await runScript(prepared, `CREATE ROLE owner LOGIN CREATEDB; CREATE ROLE web LOGIN; GRANT pg_read_all_data TO web`)
  })
  afterAll(() => server.stop())

  /** `url` with another role. */
  const as = (role: string, url: string) => url.replace('//postgres@', `//${role}@`)
  const prepare = async (url: string) => {
    const lines: string[] = []
    return { ...(await prepareDatabase(url, { report: (line) => lines.push(line) })), lines }
  }

  test('a database that does not exist is created, filled and analyzed once, however often and many prepare it', async () => {
    const url = as('owner', server.url('new'))
    const starts = await Promise.all([prepare(url), prepare(url), prepare(url), prepare(url)])
    expect(starts.map(({ people }) => people)).toEqual(starts.map(() => SAMPLE_PEOPLE.length))
    const lines = starts.flatMap((start) => start.lines)
    expect(lines.filter((line) => line.startsWith('Creating postgresql://owner@localhost:5432/new'))).toHaveLength(1)
    for (const line of lines) expect(line).toMatch(/^Creating |^Another process is preparing postgresql:.*; waiting for it to finish …$/)
    expect(await prepare(url)).toEqual({ people: SAMPLE_PEOPLE.length, lines: [] })

    const sql = await connect(url)
    const { rows } = await sql.query(`
      SELECT "datcollate", "datctype", "reltuples" FROM pg_database, pg_class
      WHERE "datname" = current_database() AND "relname" = 'User' AND "relkind" = 'r'`)
    expect(rows).toEqual([{ datcollate: 'C', datctype: 'C.UTF-8', reltuples: SAMPLE_PEOPLE.length }])
  })

  test("Prisma's commands find nothing left to do in it, and it finds nothing left to do in theirs", async () => {
    const project = new PrismaProject('prisma/postgres')
    const prisma = (command: string, url: string) => project.prisma(command, { env: { DATABASE_URL: url } })
    const mine = await server.createDatabase(prepared)
    expect(await prisma('migrate status', mine)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Database schema is up to date!'),
    })
    expect(await prisma('migrate deploy', mine)).toMatchObject({ code: 0, stdout: expect.stringContaining('No pending migrations') })
    const theirs = server.url('theirs')
    expect(await prisma('migrate deploy', theirs)).toMatchObject({ code: 0 })
    expect(await prepare(theirs)).toEqual({ people: 0, lines: [] })
  })

  test('an older database gets the pending migrations, and keeps its people', async () => {
    const url = await server.createDatabase()
    const sql = await connect(url)
    await applyMigrations(sql, MIGRATIONS.slice(0, 2))
    await sql.query(`INSERT INTO "User" ("username", "email") VALUES ('ada', 'ada@example.com')`)
    expect(await findReadinessProblem(url)).toMatchObject({
      reason: expect.stringContaining(`lacks migrations (${NAMES.slice(2).join(', ')})`),
    })
    expect(await prepare(url)).toEqual({ people: 1, lines: [`Applying ${NAMES.slice(2).join(', ')} …`] })
    expect(await findReadinessProblem(url)).toBeNull()
  })

  test('when one of several migrations fails, none is applied', async () => {
    const url = await server.createDatabase()
    const sql = await connect(url)
    await applyMigrations(sql, MIGRATIONS.slice(0, 1))
    await sql.query('CREATE TABLE "Installation" ("id" INTEGER)')
    await expect(prepare(url)).rejects.toThrow(
      /cannot be used: migration \d+_create_installation failed, nothing was changed: relation "Installation" already exists$/,
    )
    expect((await readMigrationState(sql)).pending).toEqual(MIGRATIONS.slice(1))
    expect((await sql.query(`SELECT to_regclass('"User"') AS "table"`)).rows).toEqual([{ table: null }])
  })

  test('migrations wait for no reader for long, as all others would wait behind them', async () => {
    const url = await server.createDatabase()
    const sql = await connect(url)
    await applyMigrations(sql, MIGRATIONS.slice(0, 1))
    await sql.query('BEGIN; LOCK TABLE "_prisma_migrations" IN SHARE MODE')
    await expect(prepare(url)).rejects.toThrow(/other sessions have been using its tables for more than 2 seconds, nothing was changed/)
    await sql.query('ROLLBACK')
    expect(await prepare(url)).toMatchObject({ people: 0 })
  })

  test('a process that prepares it for longer than a start waits is the reason in the error', async () => {
    const url = await server.createDatabase()
    const sql = await connect(url)
    await sql.query('SELECT pg_advisory_lock(72707369)')
    await expect(prepareDatabase(url, { report, maxWaitMs: 50 })).rejects.toThrow('another process has been preparing it for 0.05 seconds')
  })

  test.each([
    ['CREATE TABLE "Note" ("text" TEXT)', 'it belongs to another program: it has a table "Note"'],
    ['CREATE TABLE "User" ("id" INTEGER)', 'it belongs to another program: it has a table "User"'],
  ])('a database with other tables is refused: %s', async (script, reason) => {
    const url = await server.createDatabase()
    await runScript(url, script)
    await expect(prepare(url)).rejects.toThrow(reason)
    expect(await findReadinessProblem(url)).toMatchObject({ reason: expect.stringContaining(reason) })
  })

  test('an empty database whose locale knows only the letters of ASCII is refused, with the statement that creates the right one', async () => {
    await runScript(server.url('postgres'), `CREATE DATABASE "ascii" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'`)
    await expect(prepare(server.url('ascii'))).rejects.toThrow(
      /it has the encoding UTF8 and LC_CTYPE C, and must have .*CREATE DATABASE "ascii" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C\.UTF-8'$/,
    )
  })

  test('a role that may only read prepares what is prepared, and is told who may do the rest', async () => {
    const ready = await server.createDatabase(prepared)
    expect(await prepare(as('web', ready))).toEqual({ people: 0, lines: [] })
    const empty = await server.createDatabase()
    await expect(prepare(as('web', empty))).rejects.toThrow(
      /: it lacks migrations, and role "web" may not apply them; run roster prepare with the address of role "postgres" in DATABASE_URL$/,
    )
    await expect(prepare(as('web', server.url('missing')))).rejects.toThrow(
      /: it does not exist, and role "web" may not create it; have a superuser run: CREATE DATABASE "missing" /,
    )
  })

  test('`roster status` shows server, role and migrations, and exits with 1 where pages could not be served', async () => {
    const status = async (url: string) => {
      const roster = new RosterProcess({ command: [process.execPath, 'server/roster.ts', 'status'], env: { DATABASE_URL: url } })
      return { ...(await roster.exited()), stdout: roster.stdout, stderr: roster.stderr }
    }
    const ready = await server.createDatabase(prepared)
    const all = NAMES.length
    expect(await status(as('web:secret', ready))).toEqual({
      ...{ status: 0, signal: null, stderr: '' },
      stdout: expect.stringMatching(
        `^Database    postgresql://web@localhost:5432/test_\\d+\nServer      PostgreSQL [\\d.]+, primary\nRole        web, may only read; "postgres" may migrate\nPeople      0\nMigrations  ${all} of ${all} applied\nSchema      matches the migrations\n$`,
      ),
    })
    expect(await status(await server.createDatabase())).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(`Migrations  0 of ${all} applied\nPending     ${NAMES.join(', ')}\n`),
      stderr: expect.stringMatching(
        /^The database .* cannot be served: it lacks migrations; apply them with roster prepare, as the role that owns it\n$/,
      ),
    })
    expect(await status('postgresql://web:secret@127.0.0.1:1/roster')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^(?!.*secret)The database roster at 127\.0\.0\.1 cannot be reached: connect ECONNREFUSED .*; check DATABASE_URL/,
      ),
    })
  })

  test('migrations of a newer release keep no older node from serving; a missing object or permission does, by name', async () => {
    const url = await server.createDatabase(prepared)
    const sql = await connect(url)
    await sql.query(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at") VALUES ('1', '', '29990101000000_newer', now())`,
    )
    expect(await findReadinessProblem(as('web', url))).toBeNull()
    expect(await prepare(url)).toMatchObject({ people: 0 })
    await sql.query(`DROP INDEX "User_search_idx"; ALTER TABLE "User" DROP CONSTRAINT "email must be readable"; REVOKE pg_read_all_data FROM web;
      GRANT SELECT ON ALL TABLES IN SCHEMA public TO web; REVOKE SELECT ON "Folding" FROM web`)
    const { reason = '' } = (await findReadinessProblem(as('web', url))) ?? {}
    for (const problem of [
      'index User_search_idx is missing',
      'constraint email must be readable is missing',
      'table Folding may not be read by role web',
    ])
      expect(reason).toContain(problem)
    await expect(prepare(url)).rejects.toThrow(/its schema does not match the migrations \(.*index User_search_idx is missing/)
  })
})
