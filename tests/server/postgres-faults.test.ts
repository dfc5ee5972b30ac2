// What visitors and operators see while PostgreSQL ends connections, hangs, or is away. The model's part: tests/integration/model/postgres-faults.
import { readdirSync, readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { prepareDatabase } from '../../server/database/postgres/prepare.ts'
import { findPostgres } from '../fixtures/find-postgres.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { connect, PostgresServer, runScript } from '../fixtures/postgres-server.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { lastingFolder } from '../fixtures/temporary-database.ts'
import { requestWithoutPause, SERVE, WAIT } from '../fixtures/temporary-workers.ts'

const PASSWORD = 'geheim'

// As text it is larger than what a connection holds for a reader who waits.
const PEOPLE = 20_000
const ADD_PEOPLE = `INSERT INTO "User" ("username", "email")
  SELECT repeat('long', 12) || n, repeat('long', 12) || n || '@example.com' FROM generate_series(1, ${PEOPLE}) AS n`
const KILL_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'roster%' AND datname = current_database()`

describe.runIf(findPostgres() !== null)('a node', () => {
  const sockets = join(lastingFolder(), 'sockets')
  const socket = join(sockets, 'worker-1.sock')
  let server: PostgresServer
  let url: string
  let roster: RosterProcess

  beforeAll(async () => {
    server = await PostgresServer.start()
    url = server.url('people')
    await prepareDatabase(url, { report: () => {} })
    await runScript(url, ADD_PEOPLE)
    const address = url.replace('//postgres@', `//postgres:${PASSWORD}@`)
    roster = new RosterProcess({ command: SERVE, env: { DATABASE_URL: address, SOCKET_DIRECTORY: sockets, WEB_WORKERS: '1' } })
    await roster.printed(/Roster serves/)
    await vi.waitFor(async () => expect((await httpGet(socket, '/readyz')).status).toBe(200), WAIT)
  })
  afterAll(async () => {
    await roster.stop()
    await server.stop()
  })

  /** What all who ask while PostgreSQL cannot be read get. */
  async function expectFaults(): Promise<void> {
    for (const path of ['/', '/users?q=ada', '/user/profile/1', '/user/profile/1.json', '/users.csv'])
      expect(await httpGet(socket, path)).toMatchObject({
        status: 503,
        headers: { 'retry-after': '5', 'cache-control': 'no-store' },
        body: expect.stringContaining('The directory cannot be read right now'),
      })
    expect(await httpGet(socket, '/healthz')).toMatchObject({ status: 200 })
  }

  async function expectPages(): Promise<void> {
    await vi.waitFor(async () => expect((await httpGet(socket, '/user/profile/1')).status).toBe(200), WAIT)
    await vi.waitFor(async () => expect((await httpGet(socket, '/readyz')).status).toBe(200), WAIT)
  }

  test('answers every page while PostgreSQL ends its connections', async () => {
    const sql = await connect(url)
    const visitors = requestWithoutPause(Array(6).fill(socket))
    let kills = 0
    for (let round = 0; round < 8; round++) {
      await setTimeout(200)
      kills += (await sql.query(KILL_OTHERS)).rowCount ?? 0
    }
    const { count, failures } = await visitors.stop()
    expect(failures).toEqual([])
    expect(count).toBeGreaterThan(kills)
    expect(kills).toBeGreaterThan(8)
  })

  test('answers 503, and says why in /readyz and the log, while PostgreSQL hangs, and serves again once it goes on', async () => {
    await expectPages()
    server.signalAll('SIGSTOP')
    try {
      // Those who come first wait, and those who come when these were refused do not.
      const visitors = Array.from({ length: 200 }, (_, index) => httpGet(socket, `/user/profile/${index + 1}`))
      expect(new Set((await Promise.all(visitors)).map(({ status }) => status))).toEqual(new Set([503]))
      await expectFaults()
      expect(await httpGet(socket, '/readyz')).toMatchObject({ status: 503, body: expect.stringContaining('the server does not answer') })
    } finally {
      server.signalAll('SIGCONT')
    }
    await roster.printed(/The database cannot be read: the server does not answer/)
    await expectPages()
  })

  test('breaks a long list off, and answers 503, when PostgreSQL ends, and serves again once it has started', async () => {
    const response = await new Promise<IncomingMessage>((resolve) => get({ socketPath: socket, path: '/users.ndjson' }, resolve))
    expect(response.statusCode).toBe(200)
    await server.end()
    try {
      await expect(finished(response.resume())).rejects.toThrow()
      expect(response.complete).toBe(false)
      await expectFaults()
      expect(await httpGet(socket, '/readyz')).toMatchObject({ status: 503, body: expect.stringContaining('connect E') })
    } finally {
      await server.startAgain()
    }
    await expectPages()
  })

  test('shows the password neither in its log, nor to other users of the machine', async () => {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const commands = pids.map(readCommand)
    expect(commands.filter((command) => command.includes('server/worker.ts'))).not.toEqual([])
    expect(commands.filter((command) => command.includes(PASSWORD))).toEqual([])
    expect(roster.stdout + roster.stderr).not.toContain(PASSWORD)
    expect((await httpGet(socket, '/readyz')).body).not.toContain(PASSWORD)
  })
})

function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    // It has ended meanwhile.
    return ''
  }
}
