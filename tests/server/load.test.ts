import { chmodSync, cpSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { createDatabase, type TestDatabase } from '../fixtures/create-database.ts'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { installRoster } from '../fixtures/install-roster.ts'
import { addPeople, listGuests } from '../fixtures/named-people.ts'
import { startNginx } from '../fixtures/start-nginx.ts'
import { startWorkers, type Workers } from '../fixtures/start-workers.ts'
import { lastingFolder } from '../fixtures/temporary-database.ts'
import { Visitors } from '../fixtures/visitors.ts'
import type { WebServerProcess } from '../fixtures/web-server-process.ts'
import { getNewestWorkerPid, listChildren, listWorkerPids } from '../fixtures/worker-pids.ts'

const PEOPLE = listGuests(1, 500)
const NAMES = new Map(PEOPLE.map(({ id, username }) => [id, username]))
const VISITORS = 50

const KILLING_MS = 30_000
const KILL_EVERY_MS = 3_000
const LOCK_MS = 5_000
const WAIT = { timeout: 60_000, interval: 50 }

// Of each case: the longest one kills for 30 s, and each waits for workers to start.
const CASE_MS = 120_000

let folder: string
let release: string
let database: TestDatabase
let workers: Workers
let nginx: WebServerProcess

beforeAll(async () => {
  folder = lastingFolder()
  chmodSync(folder, 0o755)
  installRoster(folder)
  database = createDatabase(folder)
  addPeople(database.sql, PEOPLE)
  release = join(folder, 'current')
  copyBuild('first')
  symlinkSync('first', release)
  workers = await startWorkers(database, folder, { release })
  nginx = await startNginx({ root: folder, sockets: workers.sockets, port: await freePort() })
})

afterAll(async () => {
  await nginx.stop()
  await workers.stop()
  database.sql.close()
  rmSync(folder, { recursive: true })
})

/** A copy of the build with a build id of its own. */
function copyBuild(id: string): void {
  cpSync(join(ROOT, '.next/standalone'), join(folder, id), { recursive: true })
  writeFileSync(join(folder, id, '.next/BUILD_ID'), id)
}

describe(`${VISITORS} visitors through nginx`, () => {
  const cases: [name: string, act: (visitors: Visitors) => Promise<void>][] = [
    ['the workers are killed in turn', killInTurn],
    ['all workers are killed at once, also while they are being replaced', killAll],
    ['all workers are replaced', () => reload()],
    ['another build takes over', upgrade],
    ['another process writes without pause, and checkpoints', write],
    ['another process holds a lock', lock],
  ]

  test.for(cases)('notice nothing when %s', { timeout: CASE_MS }, async ([name, act]) => {
    const visitors = new Visitors(nginx.address, VISITORS, NAMES)
    await act(visitors).catch(async (error) => {
      await visitors.stop()
      throw error
    })
    const { count, failures, p99 } = await visitors.stop()
    console.log(`${name}: ${count} requests, p99 ${p99.toFixed(0)} ms`)
    expect(failures).toEqual([])
    expect(count).toBeGreaterThan(VISITORS)
  })

  async function killInTurn(): Promise<void> {
    for (let turn = 0; turn * KILL_EVERY_MS < KILLING_MS; turn += 1) {
      const worker = 1 + (turn % 2)
      const pids = listWorkerPids(workers.roster, worker)
      process.kill(getNewestWorkerPid(workers.roster, worker), 'SIGKILL')
      await Promise.all([
        wait(KILL_EVERY_MS),
        vi.waitFor(() => expect(listWorkerPids(workers.roster, worker).length).toBeGreaterThan(pids.length), WAIT),
      ])
    }
  }

  async function killAll(visitors: Visitors): Promise<void> {
    for (const isReplacing of [false, true]) {
      if (isReplacing) workers.roster.kill('SIGHUP')
      await vi.waitFor(() => expect(listChildren(workers.roster)).toHaveLength(isReplacing ? 3 : 2), WAIT)
      for (const pid of listChildren(workers.roster)) process.kill(pid, 'SIGKILL')
      const { count } = visitors
      await vi.waitFor(() => expect(visitors.count).toBeGreaterThan(count + 4 * VISITORS), WAIT)
    }
    // Whether the reload failed or not, it must be over when the next case begins.
    await vi.waitFor(() => expect(countLines(/Reload (done|failed)/g)).toBe(countLines(/Reloading/g)), WAIT)
    await vi.waitFor(() => expect(listChildren(workers.roster)).toHaveLength(2), WAIT)
  }

  async function reload(): Promise<void> {
    const reloads = countLines(/Reload done/g)
    workers.roster.kill('SIGHUP')
    await vi.waitFor(() => expect(countLines(/Reload done/g)).toBe(reloads + 1), WAIT)
  }

  function countLines(pattern: RegExp): number {
    return [...workers.roster.stdout.matchAll(pattern)].length
  }

  async function upgrade(): Promise<void> {
    copyBuild('second')
    const tag = await readTag()
    symlinkSync('second', `${release}.new`)
    renameSync(`${release}.new`, release)
    await reload()
    expect(await readTag()).not.toBe(tag)
  }

  async function readTag(): Promise<unknown> {
    // From a worker, not from nginx's cache.
    const [socketPath = ''] = workers.sockets
    return (await httpGet(socketPath, '/users')).headers.etag
  }

  async function write(): Promise<void> {
    const change = database.sql.prepare('UPDATE "User" SET "age" = ("age" + 1) % 100 WHERE "id" = ?')
    for (let commit = 0; commit < 3_000; commit += 1) {
      change.run(1 + (commit % PEOPLE.length))
      if (commit % 500 === 0) database.sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      await wait(1)
    }
  }

  async function lock(): Promise<void> {
    const other = new DatabaseSync(database.file)
    other.exec('BEGIN EXCLUSIVE')
    await wait(LOCK_MS)
    other.exec('ROLLBACK')
    other.close()
  }
})

describe('a commit of another process', () => {
  const ROUNDS = 10
  const COMMITS_PER_ROUND = 50

  test.for([
    ['through nginx, after one second at most', () => nginx.address, 1_000],
    ['from a worker, at once', () => workers.sockets[0] ?? '', 0],
  ] as const)('is seen %s', { timeout: CASE_MS }, async ([name, place, freshAfterMs]) => {
    const visitors = new Visitors(nginx.address, VISITORS, NAMES)
    const change = database.sql.prepare('UPDATE "User" SET "email" = ? WHERE "id" = ?')
    const late: string[] = []
    let worst = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const commits = PEOPLE.slice(round * COMMITS_PER_ROUND, (round + 1) * COMMITS_PER_ROUND).map(async ({ id }) => {
        const email = `new-${round}-${freshAfterMs}-${id}@example.com`
        change.run(email, id)
        const committedAt = performance.now()
        for (;;) {
          const requestedAt = performance.now()
          const { body } = await httpGet(place(), `/user/profile/${id}`)
          if (body.includes(email)) break
          worst = Math.max(worst, requestedAt - committedAt)
          if (requestedAt - committedAt > freshAfterMs) late.push(`${email}, requested ${requestedAt - committedAt} ms after the commit`)
          await wait(20)
        }
      })
      await Promise.all(commits)
    }
    const { failures } = await visitors.stop()
    console.log(`${name}: the last stale answer was requested ${worst.toFixed(0)} ms after its commit, of ${ROUNDS * COMMITS_PER_ROUND}`)
    expect(late).toEqual([])
    expect(failures).toEqual([])
  })
})
