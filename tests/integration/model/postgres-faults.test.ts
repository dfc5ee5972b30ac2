// What the model does when PostgreSQL is gone, hangs, is several, or is behind pgbouncer.
// Over 200 lines: the faults of one model, which share their servers.
import { connect as connectSocket, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parseUserListQuery } from '../../../app/_models/user-list-query.ts'
import { prepareDatabase } from '../../../server/database/postgres/prepare.ts'
import { databaseFault } from '../../../server/http/database-fault.ts'
import { type Directory, postgresDirectory } from '../../fixtures/engines.ts'
import { findPgbouncer } from '../../fixtures/find-pgbouncer.ts'
import { findPostgres } from '../../fixtures/find-postgres.ts'
import { NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { connect, PostgresServer } from '../../fixtures/postgres-server.ts'
import { startPgbouncer } from '../../fixtures/start-pgbouncer.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'
import { modelOn } from './model-on.ts'

const SEARCH = parseUserListQuery({ q: 'ada' }, []).query
const UNSEEDED = { seed: 'none', report: () => {} } as const
const UNAVAILABLE = { name: 'DatabaseUnavailableError' }

// What the server sends before it ends a connection, by which the application knows that it does.
const KILL_OTHERS = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'roster%' AND datname = current_database()`

describe.runIf(findPostgres() !== null)('with PostgreSQL', () => {
  let server: PostgresServer
  let template: string
  let directory: Directory

  beforeAll(async () => {
    server = await PostgresServer.start()
    template = await server.createDatabase()
    await prepareDatabase(template, UNSEEDED)
  })
  afterAll(() => server.stop())

  beforeEach(async () => {
    directory = await postgresDirectory(await server.createDatabase(template))
    await directory.addPeople(NAMED_PEOPLE)
  })

  test('nothing fails while all connections are ended again and again', async () => {
    const { findUser, listUsers, readAtVersion, readDataVersion } = await modelOn(directory)
    const { streamUsers } = await import('../../../app/_models/whole-list.ts')
    const reads = [
      () => findUser(3),
      () => listUsers(SEARCH),
      () => readAtVersion(() => Promise.all([findUser(1), listUsers(SEARCH)])),
      readDataVersion,
      async () => {
        const { signal } = new AbortController()
        let people = 0
        for await (const { users } of streamUsers(SEARCH, { signal, stepRows: { first: 1, max: 1 } })) people += users.length
        expect(people).toBe((await listUsers(SEARCH)).count)
      },
    ]
    const counts = reads.map(() => 0)
    let isOver = false
    const readers = reads.map(async (read, index) => {
      while (!isOver) {
        await read()
        counts[index] = (counts[index] ?? 0) + 1
      }
    })
    async function kill(): Promise<number> {
      let kills = 0
      for (let round = 0; round < 8; round++) {
        kills += (await directory.query(KILL_OTHERS)).length
        // What is lost is read once more, but not twice.
        const before = [...counts]
        while (counts.some((count, index) => count < (before[index] ?? 0) + 2)) await setTimeout(1)
      }
      isOver = true
      return kills
    }
    const [kills] = await Promise.all([kill(), ...readers])
    expect(kills).toBeGreaterThan(8)
  })

  test('what cannot be read a second time either is a fault of the database', async () => {
    const { readAtVersion } = await modelOn(directory)
    const { database } = await import('../../../app/_models/postgres/database.ts')
    let attempts = 0
    const reading = readAtVersion(async () => {
      attempts += 1
      await database().$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())::text`
    })
    await expect(reading).rejects.toMatchObject(UNAVAILABLE)
    expect(attempts).toBe(2)
  })

  test('a server that hangs is a fault for each visitor, waits for none, and is read again once it goes on', async () => {
    const { findUser, readDataVersion } = await modelOn(directory)
    await Promise.all(Array.from({ length: 8 }, (_, id) => findUser(id)))
    const isIdle = `SELECT bool_and("state" = 'idle') AS "is" FROM pg_stat_activity WHERE application_name LIKE 'roster%'`
    while (!(await directory.query(isIdle))[0]?.is) await setTimeout(5)
    server.signalAll('SIGSTOP')
    try {
      const visitors = [...Array.from({ length: 30 }, () => readDataVersion()), ...Array.from({ length: 30 }, (_, id) => findUser(id))]
      const outcomes = await Promise.allSettled(visitors)
      expect(new Set(outcomes.map((outcome) => (outcome.status === 'rejected' ? databaseFault(outcome.reason) : null)))).toEqual(
        new Set(['the server does not answer']),
      )
    } finally {
      server.signalAll('SIGCONT')
    }
    expect(await findUser(3)).toMatchObject({ id: 3 })
  })

  test('a server that has ended is a fault at once, and is read again once it has started', async () => {
    const { findUser, readDataVersion } = await modelOn(directory)
    const before = await readDataVersion()
    await findUser(3)
    await server.end()
    try {
      await expect(findUser(3)).rejects.toMatchObject(UNAVAILABLE)
      await expect(readDataVersion()).rejects.toThrow(/^connect (?:ENOENT|ECONNREFUSED)/)
    } finally {
      await server.startAgain()
    }
    expect(await findUser(3)).toMatchObject({ id: 3 })
    // Its transactions may be counted as before.
    expect(await readDataVersion()).not.toBe(before)
  })

  test('a person who takes longer to read than the time limit cannot be read, and a statement of ours that is wrong is no fault of the database', async () => {
    const { findUser } = await modelOn(directory)
    const { database } = await import('../../../app/_models/postgres/database.ts')
    await directory.execute('BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE')
    await expect(findUser(3)).rejects.toMatchObject(UNAVAILABLE)
    await directory.execute('COMMIT')
    const refused = await database().$queryRaw`SELECT 1 / 0`.catch((error: unknown) => error)
    expect({ refused, fault: databaseFault(refused) }).toEqual({ refused: expect.any(Error), fault: null })
    expect(await findUser(3)).toMatchObject({ id: 3 })
  })

  test('after a statement that took too long, the same reading goes on, and has no version if something was committed', async () => {
    const { findUser, listUsers, readAtVersion, readDataVersion } = await modelOn(directory)
    const { database } = await import('../../../app/_models/postgres/database.ts')
    const readAfter = (commit: () => Promise<unknown>) =>
      readAtVersion(async () => {
        await database().$queryRaw`SELECT pg_sleep(5)::text`.catch(() => {})
        await commit()
        return { user: await findUser(3), page: await listUsers(SEARCH) }
      })
    const version = await readDataVersion()
    expect(await readAfter(async () => {})).toMatchObject({ version, result: { user: { id: 3 }, page: { isTooBroad: false } } })
    const commit = () => directory.execute('UPDATE "User" SET "age" = 1 WHERE "id" = 3')
    expect(await readAfter(commit)).toMatchObject({ version: '', result: { user: { id: 3, age: 1 } } })
  })

  test('each version of a standby is another one after a commit, also while older transactions are open', async () => {
    const standby = await server.startStandby()
    onTestFinished(() => standby.stop())
    const { readDataVersion } = await modelOn({ url: standby.url(new URL(directory.url).pathname.slice(1)) })
    const watcher = await connect(standby.url('postgres'))
    const writers = await Promise.all([1, 2, 3].map(() => connect(directory.url)))
    const versions = [await readDataVersion()]
    for (const [index, writer] of writers.entries()) await writer.query(`BEGIN; UPDATE "User" SET "age" = 1 WHERE "id" = ${index + 1}`)
    // The last one first: the others are open meanwhile, which a standby's snapshot does not show.
    for (const writer of writers.reverse()) {
      await writer.query('COMMIT')
      const [{ place } = {}] = await directory.query('SELECT pg_current_wal_flush_lsn()::text AS "place"')
      const isReplayed = async () => (await watcher.query('SELECT pg_last_wal_replay_lsn() >= $1 AS "is"', [place])).rows[0].is
      while (!(await isReplayed())) await setTimeout(10)
      versions.push(await readDataVersion())
    }
    expect(new Set(versions).size).toBe(4)
  })

  test('what one reading reads is of one server, and has the version of that one', async () => {
    const other = await PostgresServer.start()
    onTestFinished(() => other.stop())
    const url = await other.createDatabase(undefined, new URL(directory.url).pathname.slice(1))
    await prepareDatabase(url, UNSEEDED)
    const second = await postgresDirectory(url)
    await second.addPeople(NAMED_PEOPLE.map((person) => ({ ...person, age: 99 })))
    await directory.execute('UPDATE "User" SET "age" = 11')
    const { findUser, listUsers, readAtVersion, readDataVersion } = await modelOn({ url: await switchBetween([directory.url, url]) })
    const ages = new Map<string, Set<unknown>>()
    async function readOnce(): Promise<void> {
      const { result, version } = await readAtVersion(async () => {
        const [user, { users }] = await Promise.all([findUser(3), listUsers(SEARCH)])
        return [user, ...users].map((one) => one?.age)
      })
      ages.set(version, new Set([...(ages.get(version) ?? []), ...result]))
    }
    for (let round = 0; round < 20; round++) await Promise.all([readOnce(), readOnce(), readOnce()])
    expect([...ages.values()].map((each) => [...each]).sort()).toEqual([[11], [99]])
    expect(ages.has(await readDataVersion())).toBe(true)
  })

  test.runIf(findPgbouncer() !== null)('pgbouncer in transaction mode gives no limit and no setting away', async () => {
    const url = await startPgbouncer(server, directory.url)
    const { findUser, listUsers, readAtVersion } = await modelOn({ url })
    const { database } = await import('../../../app/_models/postgres/database.ts')
    const { streamUsers } = await import('../../../app/_models/whole-list.ts')
    // All of them share its one connection.
    const reads = Array.from({ length: 4 }, (_, index) =>
      readAtVersion(async () => {
        expect(await findUser(3)).toMatchObject({ id: 3 })
        expect(await listUsers(SEARCH)).toMatchObject({ isTooBroad: false })
        return index
      }),
    )
    expect((await Promise.all(reads)).map(({ result }) => result)).toEqual(reads.map((_, index) => index))
    const { signal } = new AbortController()
    const people: unknown[] = []
    for await (const { users } of streamUsers(SEARCH, { signal })) people.push(...users)
    expect(people).toEqual((await listUsers(SEARCH)).users)
    const showSettings = () => database().$queryRaw`SELECT current_setting('statement_timeout') AS "limit", current_setting('jit') AS "jit"`
    expect(await showSettings()).toEqual([{ limit: '400ms', jit: 'off' }])
    await expect(database().$executeRaw`DELETE FROM "User"`).rejects.toThrow(/read-only transaction/)
    await expect(database().$queryRaw`SELECT pg_sleep(5)::text`).rejects.toMatchObject(UNAVAILABLE)
    // Others who use the same connection have what they had.
    const stranger = await connect(url)
    expect((await stranger.query(`SELECT current_setting('statement_timeout') AS "limit", current_setting('jit') AS "jit"`)).rows).toEqual([
      { limit: '0', jit: 'on' },
    ])
  })
})

/** The URL of a proxy that leads each connection to the next of the servers at `urls`, and to the database of its own there. */
async function switchBetween(urls: string[]): Promise<string> {
  const folder = temporaryFolder()
  const sockets = urls.map((url) => join(new URL(url).searchParams.get('host') ?? '', '.s.PGSQL.5432'))
  let connections = 0
  const proxy = createServer((socket) => {
    const upstream = connectSocket(sockets[connections++ % sockets.length] ?? '')
    socket.on('error', () => upstream.destroy()).pipe(upstream)
    upstream.on('error', () => socket.destroy()).pipe(socket)
  })
  await new Promise<void>((resolve) => proxy.listen(join(folder, '.s.PGSQL.5432'), resolve))
  onTestFinished(() => void proxy.close())
  const address = new URL(urls[0] ?? '')
  address.searchParams.set('host', folder)
  return address.href
}
