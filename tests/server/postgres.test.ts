import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { prepareDatabase } from '../../server/database/postgres/prepare.ts'
import { findPostgres } from '../fixtures/find-postgres.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { connect, PostgresServer, runScript } from '../fixtures/postgres-server.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'
import { importing, SERVE, serveTemporaryWorkers, WAIT } from '../fixtures/temporary-workers.ts'

// Printed by each process when it ends. Not by the console, which goes to the log.
const REPORT_ENGINES = importing(`
  import { writeSync } from 'node:fs'
  import { createRequire } from 'node:module'
  const { cache } = createRequire('file:///')
  process.on('exit', () => {
    const packages = new Set(Object.keys(cache).map((file) => file.split('/node_modules/').at(-1).split('/')[0]))
    writeSync(1, 'engines ' + ['better-sqlite3', 'pg'].filter((name) => packages.has(name)) + String.fromCharCode(10))
  })`)

const PAGES = ['/', '/users?q=ada', '/user/profile/3', '/user/profile/999', '/nowhere']

describe.runIf(findPostgres() !== null)('on PostgreSQL', () => {
  let server: PostgresServer
  let prepared: string
  beforeAll(async () => {
    server = await PostgresServer.start()
    prepared = server.url('prepared')
    await prepareDatabase(prepared, { report: () => {} })
    await runScript(prepared, `CREATE ROLE web LOGIN; GRANT pg_read_all_data TO web`)
  })
  afterAll(() => server.stop())

  const asWeb = (url: string) => url.replace('//postgres@', '//web@')

  /** `roster serve` with one worker, whose socket is `socket`. It starts, and is gone after the test. */
  function startNode(url: string, env: Record<string, string> = {}) {
    const sockets = join(temporaryFolder(), 'sockets')
    const roster = new RosterProcess({
      command: SERVE,
      env: { DATABASE_URL: url, SOCKET_DIRECTORY: sockets, WEB_WORKERS: '1', LOG_FORMAT: 'json', ...env },
    })
    onTestFinished(() => roster.stop())
    return { roster, socket: join(sockets, 'worker-1.sock') }
  }

  test('`roster start` creates and fills the database, and its pages show a commit of another program at once', async () => {
    const url = server.url('new')
    const roster = new RosterProcess({ env: { DATABASE_URL: url } })
    onTestFinished(() => roster.stop())
    const address = await roster.address()
    expect(roster.stdout).toMatch(/Database {2}postgresql:\/\/postgres@localhost:5432\/new\n {2}People {4}24\n/)
    const read = async (path: string) => (await httpGet(address, path)).body
    expect(await read('/user/profile/1')).toContain('admin@example.com')
    expect(await read('/users?q=ada')).toMatch(/>1 person matches<.*>36<\/td>/)
    const sql = await connect(url)
    await sql.query(`UPDATE "User" SET "age" = 37 WHERE "username" = 'ada'`)
    expect(await read('/users?q=ada')).toMatch(/>1 person matches<.*>37<\/td>/)
    roster.kill('SIGTERM')
    expect(await roster.exited()).toEqual({ status: 0, signal: null })
  })

  test('two nodes, which may only read, have the same pages, tags and policies, and those of another installation differ', async () => {
    const [other, ...nodes] = [startNode(server.url('other')), startNode(asWeb(prepared)), startNode(asWeb(prepared))]
    await prepareDatabase(server.url('other'), { report: () => {} })
    for (const { roster } of [other, ...nodes]) await roster.printed(/Roster serves/)
    const shownBy = ({ socket }: { socket: string }, path: string) =>
      vi.waitFor(async () => {
        const { status, headers, body } = await httpGet(socket, path)
        expect(status).toBeLessThan(500)
        return { status, body, tag: headers.etag, policy: String(headers['content-security-policy']) }
      }, WAIT)
    for (const path of PAGES) {
      const [first, second] = await Promise.all(nodes.map((node) => shownBy(node, path)))
      expect(first?.policy).toContain("'nonce-")
      expect(second).toEqual(first)
      expect((await shownBy(other, path)).policy).not.toBe(first?.policy)
    }
    for (const { socket } of nodes) expect((await httpGet(socket, '/readyz')).status).toBe(200)
  })

  test('a node that starts before its database serves 503 with the reason, and pages as soon as it is there', async () => {
    const url = server.url('later')
    const { roster, socket } = startNode(url)
    await roster.printed(/Roster serves/)
    expect(roster.stdout).toContain('Pages cannot be served yet: The database later at /')
    expect(await httpGet(socket, '/users')).toMatchObject({
      status: 503,
      body: expect.stringContaining('The directory cannot be read right now'),
    })
    expect(await httpGet(socket, '/nowhere')).toMatchObject({ status: 503 })
    expect((await httpGet(socket, '/readyz')).body).toContain('does not exist; create it with roster prepare')
    await runScript(server.url('postgres'), `CREATE DATABASE "later" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`)
    await roster.printed(/Pages cannot be served yet: the database lacks migrations \(\d+_create_folding, .*run roster prepare/)
    await prepareDatabase(url, { report: () => {} })
    await roster.printed(/The database is there: pages can be served/)
    expect((await httpGet(socket, '/user/profile/1')).body).toContain('admin@example.com')
    expect((await httpGet(socket, '/readyz')).status).toBe(200)
  })

  test('master and workers on a SQLite file load nothing of PostgreSQL', async () => {
    const { roster: onFile } = await serveTemporaryWorkers({ WEB_WORKERS: '1', NODE_OPTIONS: REPORT_ENGINES })
    const { roster: onServer } = startNode(asWeb(prepared), { NODE_OPTIONS: REPORT_ENGINES })
    await onServer.printed(/Roster serves/)
    for (const roster of [onFile, onServer]) await roster.stop()
    const engines = (roster: RosterProcess) => roster.stdout.match(/^engines.*$/gm)?.sort()
    expect(engines(onFile)).toEqual(['engines ', 'engines better-sqlite3'])
    expect(engines(onServer)).toEqual(['engines better-sqlite3,pg', 'engines pg'])
  })

  test.each([
    [
      'role',
      (url: string) => url.replace('//postgres@', '//nobody:secret@'),
      /^The database prepared at \/.* cannot be reached: role "nobody" does not exist; /,
    ],
    [
      'address',
      (url: string) => `${url}&target_session_attrs=any`,
      /^DATABASE_URL has the parameter target_session_attrs, which Roster does not follow/,
    ],
  ])('a wrong %s ends the start in one line, without the password', async (_, change, line) => {
    const { roster } = startNode(change(prepared))
    expect(await roster.exited()).toEqual({ status: 1, signal: null })
    expect(roster.stderr).toMatch(line)
    expect(roster.stderr.match(/\n/g)).toHaveLength(1)
    expect(roster.stdout + roster.stderr).not.toContain('secret')
  })
})
