// Web nodes share one PostgreSQL and are upgraded one by one: CONTRIBUTING.md, "Expand, then contract".
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { parseUserListQuery } from '../../../app/_models/user-list-query.ts'
import { expectNodesToSurvive } from '../../../server/database/postgres/contract-migrations.ts'
import { prepareDatabase } from '../../../server/database/postgres/prepare.ts'
import { findReadinessProblem } from '../../../server/database/postgres/readiness.ts'
import { ROOT } from '../../../server/paths.ts'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { connect, PostgresServer } from '../../fixtures/postgres-server.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'
import { modelOn } from '../model/model-on.ts'

const EXPAND = '20990101000000_add_city'
const CONTRACT = '20990102000000_contract_0_1_5_drop_age_index'

describe.runIf(findPostgres() !== null)('with PostgreSQL', () => {
  let server: PostgresServer
  let prepared: string
  beforeAll(async () => {
    server = await PostgresServer.start()
    prepared = server.url('prepared')
    await prepareDatabase(prepared, { seed: 'none', report: () => {} })
  })
  afterAll(() => server.stop())

  test('a newer release removes what older nodes use when none is left, and the operator has confirmed it; nodes that do not use it serve on', async () => {
    const url = await server.createDatabase(prepared)
    const newer = copyRelease({
      [EXPAND]: `ALTER TABLE "User" ADD COLUMN "city" TEXT NOT NULL DEFAULT ''`,
      [CONTRACT]: 'DROP INDEX "User_age_id_idx"',
    })
    const old = await connectNode(url, '0.1.4')

    const refused = { status: 1, stdout: '' }
    expect(await prepareBy(newer, url)).toMatchObject({ ...refused, stderr: expect.stringContaining('release 0.1.4 are connected') })
    await old.end()
    const sql = await connect(url)
    await expect.poll(() => countNodes(sql, '0.1.4'), { timeout: 10_000 }).toBe(0)
    expect(await prepareBy(newer, url)).toMatchObject({ ...refused, stderr: expect.stringContaining('run roster prepare --contract') })
    const columns = () => sql.query(`SELECT FROM pg_attribute WHERE "attrelid" = '"User"'::regclass AND "attname" = 'city'`)
    expect((await columns()).rowCount).toBe(0)

    expect(await prepareBy(newer, url, '--contract')).toMatchObject({ status: 0 })
    expect((await columns()).rowCount).toBe(1)
    expect(await findReadinessProblem(url)).toBeNull()
    await sql.query(`INSERT INTO "User" ("username", "email", "age") VALUES ('ada', 'ada@example.com', 36)`)
    const { listUsers } = await modelOn({ url })
    const { query } = parseUserListQuery({ q: 'ada', sort: 'age', age_min: '30' }, [])
    expect(await listUsers(query)).toMatchObject({ users: [{ username: 'ada' }], isTooBroad: false })
  })

  test('a node that uses what a newer release has removed is not ready', async () => {
    const url = await server.createDatabase(prepared)
    const newer = copyRelease({ '20990102000000_contract_999_0_0_drop_age_index': 'DROP INDEX "User_age_id_idx"' })
    expect(await prepareBy(newer, url, '--contract')).toMatchObject({ status: 0 })
    expect(await findReadinessProblem(url)).toMatchObject({
      reason: expect.stringContaining('a newer release has removed what this one uses'),
    })
  })

  test('what only adds needs no confirmation, whichever nodes are connected', async () => {
    await connectNode(prepared, '0.1.4')
    await expectNodesToSurvive(await connect(prepared), [EXPAND], false)
  })

  test('nodes that are new enough do not prevent it', async () => {
    await connectNode(prepared, '0.1.5')
    await connectNode(prepared, '0.10.0')
    await expectNodesToSurvive(await connect(prepared), [CONTRACT], true)
  })
})

/** A copy of this release with more migrations. Returns its folder. */
function copyRelease(migrations: Record<string, string>): string {
  const folder = temporaryFolder()
  for (const path of ['package.json', 'server', 'prisma', 'app/_request', 'app/_site'])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  for (const [name, sql] of Object.entries(migrations)) {
    mkdirSync(join(folder, 'prisma/postgres/migrations', name))
    writeFileSync(join(folder, 'prisma/postgres/migrations', name, 'migration.sql'), sql)
  }
  return folder
}

async function prepareBy(release: string, url: string, ...options: string[]) {
  const command = new RosterProcess({
    command: [process.execPath, join(release, 'server/roster.ts'), 'prepare', ...options],
    env: { DATABASE_URL: url },
  })
  const { status } = await command.exited()
  return { status, stdout: command.stdout, stderr: command.stderr }
}

async function countNodes(sql: pg.Client, release: string): Promise<number | null> {
  return (await sql.query('SELECT FROM pg_stat_activity WHERE "application_name" = $1', [`roster ${release}`])).rowCount
}

async function connectNode(url: string, release: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: `roster ${release}` })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
