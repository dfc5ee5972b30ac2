import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet as get } from '../fixtures/http-get.ts'
import { listChildren } from '../fixtures/list-children.ts'
import { addNamedPeople } from '../fixtures/named-people.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../fixtures/temporary-database.ts'
import { listWorkerPids } from '../fixtures/worker-pids.ts'

const WAIT = { timeout: 30_000, interval: 50 }

/** Started workers on unix sockets, with what `env` adds. */
function serve(env: Record<string, string> = {}, command: [string, ...string[]] = [process.execPath, 'server/commands/serve.ts']) {
  const { file, url, sql } = temporaryDatabase()
  addNamedPeople(sql)
  const sockets = join(temporaryFolder(), 'sockets')
  const roster = new RosterProcess({
    command,
    env: { DATABASE_URL: url, SOCKET_DIRECTORY: sockets, WEB_WORKERS: '2', ...env },
  })
  onTestFinished(() => roster.stop())
  return { roster, file, sql, sockets, socket: (worker: number) => join(sockets, `worker-${worker}.sock`) }
}

/** The option that has Node run `code` before anything else. */
function importing(code: string): string {
  return `--import=data:text/javascript,${encodeURIComponent(code)}`
}

/** Asks for pages without pause, on all sockets in turn, until `stop` is called, which tells what else but pages came. */
function askWithoutPause(sockets: string[]): { stop: () => Promise<{ asked: number; failures: string[] }> } {
  let isStopped = false
  let asked = 0
  const failures: string[] = []
  const askers = sockets.map(async (socket) => {
    while (!isStopped) {
      asked += 1
      const answer = await get(socket, `/user/profile/${1 + (asked % 9)}`).catch((error) => ({ status: 0, body: String(error) }))
      if (answer.status !== 200 || !answer.body.endsWith('</html>')) failures.push(`${answer.status} ${answer.body.slice(0, 100)}`)
    }
  })
  return {
    async stop() {
      isStopped = true
      await Promise.all(askers)
      return { asked, failures }
    },
  }
}

test('each worker has a socket for user and group, and removes it at its end', async () => {
  const { roster, sockets, socket } = serve()
  await roster.printed(/Roster serves/)
  for (const worker of [1, 2]) {
    expect(statSync(socket(worker)).mode & 0o7777).toBe(0o660)
    expect((await get(socket(worker), '/user/profile/1')).status).toBe(200)
  }
  roster.kill('SIGTERM')
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
  expect(existsSync(socket(1)) || existsSync(socket(2))).toBe(false)
  expect(existsSync(sockets)).toBe(true)
})

test('sockets of a crashed run are replaced, and those of a running one are not', async () => {
  const { roster, socket, sockets } = serve()
  await roster.printed(/Roster serves/)
  const second = serve({ SOCKET_DIRECTORY: sockets })
  expect((await second.roster.exited()).status).toBe(1)
  expect(second.roster.stderr).toBe(`Another Roster listens on ${socket(1)}; stop it, or set SOCKET_DIRECTORY to another folder.\n`)
  expect((await get(socket(1), '/healthz')).status).toBe(200)

  roster.killGroup('SIGKILL')
  await roster.exited()
  expect(existsSync(socket(1))).toBe(true)
  const third = serve({ SOCKET_DIRECTORY: sockets })
  await third.roster.printed(/Roster serves/)
  expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
})

test('a worker has the settings of its master: npm start on sockets restarts after a crash', async () => {
  const env = { WEB_WORKERS: '', SOCKET_DIRECTORY: join(temporaryFolder(), 'sockets') }
  for (const _ of ['first', 'again']) {
    const { roster } = serve(env, [process.execPath, 'server/bootstrap.mjs', 'server/commands/start.ts'])
    await roster.printed(/Roster is ready/)
    expect(readdirSync(env.SOCKET_DIRECTORY)).toEqual(['waiting.sock', 'worker-1.sock'])
    expect((await get(join(env.SOCKET_DIRECTORY, 'worker-1.sock'), '/user/profile/1')).status).toBe(200)
    roster.killGroup('SIGKILL')
    await roster.exited()
  }
})

test('a worker that is killed is replaced at once', async () => {
  const { roster, socket } = serve()
  await roster.printed(/Roster serves/)
  const [pid = 0] = listWorkerPids(roster, 1)
  process.kill(pid, 'SIGKILL')
  await vi.waitFor(() => expect(roster.stdout).toContain('Worker 1 ended with SIGKILL; another takes its place'), WAIT)
  await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
  expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
})

test('a worker that keeps crashing makes Roster not ready', async () => {
  const { roster, socket } = serve()
  await roster.printed(/Roster serves/)
  for (let deaths = 1; deaths <= 5; deaths += 1) {
    await vi.waitFor(() => expect(listWorkerPids(roster, 2)).toHaveLength(deaths), WAIT)
    process.kill(listWorkerPids(roster, 2).at(-1) ?? 0, 'SIGKILL')
  }
  await vi.waitFor(async () => expect((await get(socket(1), '/readyz')).body).toContain('worker 2 ends again and again'), WAIT)
})

test('requests without a worker wait for the next one, but not during the pause after repeated crashes', async () => {
  const { roster, socket, sockets } = serve({ WEB_WORKERS: '1' })
  await roster.printed(/Roster serves/)
  const waitingRoom = join(sockets, 'waiting.sock')
  expect(statSync(waitingRoom).mode & 0o7777).toBe(0o660)
  const askThere = () => get(waitingRoom, '/user/profile/3')
  const end = async (deaths: number, signal: NodeJS.Signals) => {
    await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(deaths), WAIT)
    process.kill(listWorkerPids(roster, 1).at(-1) ?? 0, signal)
  }
  await end(1, 'SIGKILL')
  await vi.waitFor(() => expect(existsSync(socket(1))).toBe(false), WAIT)
  expect(await askThere()).toMatchObject({ status: 200, body: expect.stringContaining('ada@example.com') })

  for (const deaths of [2, 3, 4, 5]) await end(deaths, 'SIGKILL')
  await end(6, 'SIGABRT')
  const delays = () => [...roster.stdout.matchAll(/"restartInMs":(\d+)/g)].map(([, delay]) => Number(delay))
  // Whoever is killed from outside comes back within a second; whoever ends by itself would do so again.
  await vi.waitFor(() => expect(delays()).toEqual([0, 0, 0, 1_000, 1_000, 4_000]), WAIT)
  await expect(askThere()).rejects.toThrow()
  expect(listWorkerPids(roster, 1)).toHaveLength(6)

  roster.kill('SIGTERM')
  await roster.exited()
  expect(existsSync(waitingRoom)).toBe(false)
})

test('a worker with a blocked event loop is replaced', async () => {
  const { roster, socket } = serve()
  await roster.printed(/Roster serves/)
  process.kill(listWorkerPids(roster, 1)[0] ?? 0, 'SIGSTOP')
  await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
  expect(roster.stdout).toContain('A worker has not been heard of for 10 s')
  expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
})

test('a worker that is busy for longer than that is not replaced', async () => {
  // Each worker is busy but for a moment each second.
  const busy = `setInterval(()=>{const until=Date.now()+950;while(Date.now()<until);},1000)`
  const { roster, socket } = serve({ WEB_WORKERS: '1', NODE_OPTIONS: importing(`if(process.env.ROSTER_WORKER){${busy}}`) })
  await roster.printed(/Roster serves/)
  const until = performance.now() + 14_000
  while (performance.now() < until) expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
  expect(listWorkerPids(roster, 1)).toHaveLength(1)
})

test('a worker that is starting is not ready', async () => {
  // Holds back the page that a worker makes for nobody before it is ready.
  const holdBack = `
    const { Server } = await import('node:http'), { Socket } = await import('node:net'), { emit } = Server.prototype
    Server.prototype.emit = function (name, ...values) {
      if (name !== 'connection' || values[0] instanceof Socket) return emit.call(this, name, ...values)
      setTimeout(() => emit.call(this, name, ...values), 2_000)
      return true
    }`
  const { roster, socket } = serve({ WEB_WORKERS: '1', NODE_OPTIONS: importing(holdBack) })
  const readiness = () => get(socket(1), '/readyz')
  expect(await vi.waitFor(readiness, { ...WAIT, interval: 10 })).toMatchObject({
    status: 503,
    body: expect.stringContaining('the worker is starting'),
  })
  await roster.printed(/Roster serves/)
  expect((await readiness()).status).toBe(200)
})

test('a worker that uses too much memory is replaced once another one serves', async () => {
  // Has each worker grow by that much as soon as it starts.
  const ballast = importing(`globalThis.ballast = Buffer.alloc(${2 ** 28}, 1)`)
  const { roster, socket } = serve({ WORKER_MEMORY_MB: '192', WEB_WORKERS: '1', NODE_OPTIONS: ballast })
  await roster.printed(/Roster serves/)
  const asking = askWithoutPause([socket(1)])
  await vi.waitFor(() => expect(listWorkerPids(roster, 1).length).toBeGreaterThan(2), WAIT)
  expect((await asking.stop()).failures).toEqual([])
  expect(roster.stdout).toContain('Worker 1 has grown too large; another takes its place')
})

test('SIGHUP replaces all workers, and no request fails', async () => {
  const { roster, socket } = serve()
  await roster.printed(/Roster serves/)
  const asking = askWithoutPause([socket(1), socket(2)])
  roster.kill('SIGHUP')
  await vi.waitFor(() => expect(roster.stdout).toContain('All workers are replaced'), WAIT)
  const { asked, failures } = await asking.stop()
  expect(failures).toEqual([])
  expect(asked).toBeGreaterThan(10)
  for (const worker of [1, 2]) {
    const [old = 0, ...others] = listWorkerPids(roster, worker)
    expect(others).toHaveLength(1)
    expect(() => process.kill(old, 0)).toThrow('ESRCH')
  }
})

test('SIGHUP also replaces a worker that is starting: it may run the previous build', async () => {
  const { roster } = serve()
  await roster.printed(/Roster serves/)
  const before = listChildren(roster)
  process.kill(listWorkerPids(roster, 1)[0] ?? 0, 'SIGKILL')
  await vi.waitFor(() => expect(listChildren(roster).some((pid) => !before.includes(pid))).toBe(true), { ...WAIT, interval: 5 })
  const atSignal = listChildren(roster)
  roster.kill('SIGHUP')
  await roster.printed(/All workers are replaced/)
  expect(listChildren(roster).filter((pid) => atSignal.includes(pid))).toEqual([])
})

test('a worker that is killed while it is being replaced has one successor', async () => {
  const { roster, socket } = serve({ WEB_WORKERS: '1' })
  await roster.printed(/Roster serves/)
  const [old = 0] = listWorkerPids(roster, 1)
  roster.kill('SIGHUP')
  await vi.waitFor(() => expect(roster.stdout).toContain('Replacing the workers'), WAIT)
  process.kill(old, 'SIGKILL')
  await vi.waitFor(() => expect(roster.stdout).toContain('All workers are replaced'), WAIT)
  expect(listWorkerPids(roster, 1)).toHaveLength(2)
  expect(listChildren(roster)).toEqual(listWorkerPids(roster, 1).slice(1))
  expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
})

test('SIGTERM lets requests in flight finish', async () => {
  const { roster, socket } = serve({ WEB_WORKERS: '1' })
  await roster.printed(/Roster serves/)
  // Connections that the worker has accepted already: others would be as if they came too late.
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const askOnEach = (path: string) => Array.from({ length: 10 }, () => get(socket(1), path, { agent }))
  await Promise.all(askOnEach('/healthz'))
  const answers = askOnEach('/users?size=100')
  await Promise.race(answers)
  roster.kill('SIGTERM')
  for (const { body } of await Promise.all(answers)) expect(body).toMatch(/<\/html>$/)
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
})

test('SIGTERM while workers are starting ends all of them', async () => {
  const { roster, socket } = serve()
  await roster.printed(/Worker 1 serves/)
  roster.kill('SIGTERM')
  // The pipe of its output closes only when the last process that holds it is gone.
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
  expect(roster.stdout).not.toContain('Roster serves')
  expect(existsSync(socket(1)) || existsSync(socket(2))).toBe(false)
})

test('a database file that replaces the old one is served whole, whatever files are beside it', async () => {
  const { roster, file, sql, socket } = serve({ WEB_WORKERS: '1' })
  await roster.printed(/Roster serves/)
  const changes = (name: string) => `PRAGMA wal_autocheckpoint = 0; UPDATE "User" SET "email" = "id" || '@${name}.example'`
  const read = (database: string) => {
    using connection = new DatabaseSync(database)
    return {
      integrity: connection.prepare('PRAGMA integrity_check').all(),
      emails: connection.prepare('SELECT "email" FROM "User" WHERE "id" IN (3, 4)').all(),
    }
  }
  const whole = (name: string) => ({
    integrity: [{ integrity_check: 'ok' }],
    emails: [{ email: `3@${name}.example` }, { email: `4@${name}.example` }],
  })
  const serves = (text: string) => vi.waitFor(async () => expect((await get(socket(1), '/user/profile/3')).body).toContain(text), WAIT)

  sql.exec(`${changes('first')}; VACUUM INTO '${file}.second'; ${changes('lost')}`)
  const copy = new DatabaseSync(`${file}.second`)
  copy.exec('PRAGMA journal_mode = WAL')
  copy.close()
  await serves('3@lost.example')
  renameSync(`${file}.second`, file)
  await serves('3@first.example')
  expect(read(file)).toEqual(whole('first'))

  using second = new DatabaseSync(file)
  second.exec(`VACUUM INTO '${file}.third'; ${changes('second')}`)
  await serves('3@second.example')
  renameSync(file, `${file}.kept`)
  renameSync(`${file}.third`, file)
  // Looked at while the new file is already there, and the worker has the old one.
  expect((await get(socket(1), '/readyz')).status).toBe(200)
  await serves('3@first.example')
  expect(read(file)).toEqual(whole('first'))
  // What was written last to the one that was kept is kept as well.
  const [, wal = ''] = await roster.printed(/"msg":"(\S+-wal) belongs to the database that was moved away/)
  second.close()
  renameSync(wal, `${file}.kept-wal`)
  expect(read(`${file}.kept`)).toEqual(whole('second'))
})

test('a file that is not a database is answered with 503 and does not stay open', async () => {
  const { roster, file, sql, socket } = serve({ WEB_WORKERS: '1' })
  await roster.printed(/Roster serves/)
  sql.exec(`VACUUM INTO '${file}.good'`)
  writeFileSync(`${file}.other`, 'Dear diary, today I was not a database.')
  renameSync(`${file}.other`, file)
  // Until then, the worker that has the old file open may answer.
  await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
  await vi.waitFor(async () => expect((await get(socket(1), '/users')).status).toBe(503), WAIT)
  const countOpen = () => readdirSync(`/proc/${listWorkerPids(roster, 1).at(-1)}/fd`).length
  const openBefore = countOpen()
  for (let asked = 0; asked < 20; asked += 1) expect((await get(socket(1), '/user/profile/1')).status).toBe(503)
  expect(countOpen()).toBeLessThan(openBefore + 10)
  expect((await get(socket(1), '/readyz')).body).toContain('not a database')
  renameSync(`${file}.good`, file)
  await vi.waitFor(async () => expect((await get(socket(1), '/users')).status).toBe(200), WAIT)
})

test('commits of other processes still show after a readiness check', async () => {
  const { roster, file, sql, socket } = serve({ WEB_WORKERS: '1' })
  // Each commit is that of the only other process that has the database open: it tidies up when it ends, unless it sees the worker's locks.
  sql.close()
  await roster.printed(/Roster serves/)
  for (const email of ['first@example.com', 'second@example.com', 'third@example.com']) {
    execFileSync('sqlite3', [file, `UPDATE "User" SET "email" = '${email}' WHERE "id" = 3`])
    expect((await get(socket(1), '/user/profile/3')).body).toContain(email)
    expect((await get(socket(1), '/readyz')).status).toBe(200)
  }
})

test('a large -wal file becomes small again while pages are served, and is gone at the end', async () => {
  const { roster, file, sql, socket } = serve()
  sql.close()
  await roster.printed(/Roster serves/)
  const walBytes = () => statSync(`${file}-wal`).size
  const asking = askWithoutPause([socket(1), socket(2)])
  execFileSync('sqlite3', [
    file,
    `CREATE TABLE "Large" AS SELECT zeroblob(50000000); DROP TABLE "Large"; UPDATE "User" SET "email" = 'new@example.com' WHERE "id" = 3`,
  ])
  expect(walBytes()).toBeGreaterThan(50_000_000)
  await vi.waitFor(() => expect(walBytes()).toBeLessThan(1_000_000), WAIT)
  expect((await asking.stop()).failures).toEqual([])
  expect((await get(socket(1), '/user/profile/3')).body).toContain('new@example.com')
  roster.kill('SIGTERM')
  expect((await roster.exited()).status).toBe(0)
  expect(existsSync(`${file}-wal`) || existsSync(`${file}-shm`)).toBe(false)
})

test('connections beyond the limit of open files are refused, and the worker keeps serving', async () => {
  const limitedTo = (files: number): [string, ...string[]] => [
    'sh',
    '-c',
    `ulimit -n ${files}; exec ${process.execPath} server/commands/serve.ts`,
  ]
  const { roster, socket } = serve({ WEB_WORKERS: '1' }, limitedTo(64))
  await roster.printed(/Roster serves/)
  const connections = Array.from({ length: 100 }, () => connect(socket(1)).on('error', () => {}))
  onTestFinished(() => {
    for (const connection of connections) connection.destroy()
  })
  const [line] = await roster.printed(/.*connections are in use.*/)
  expect(JSON.parse(line)).toMatchObject({ level: 'warn', openFiles: 64 })
  for (const connection of connections) connection.destroy()
  await vi.waitFor(async () => expect((await get(socket(1), '/user/profile/1')).status).toBe(200), WAIT)
  expect(roster.stdout.match(/connections are in use/g)).toHaveLength(1)
  expect(roster.stdout).not.toContain('EMFILE')

  const other = serve({ WEB_WORKERS: '1' }, limitedTo(40)).roster
  expect((await other.exited()).status).toBe(1)
  expect(other.stderr).toBe('The limit of open files, 40, is too low to serve; raise it, as by ulimit -n 1024\n')
})

test('metrics of master and workers have their own listener', async () => {
  const port = await freePort()
  const { roster, socket, sql } = serve({ METRICS_PORT: String(port) })
  await roster.printed(/Roster serves/)
  for (const worker of [1, 2]) await get(socket(worker), '/user/profile/1')
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const text = await answer.text()
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(text).toContain('roster_http_request_duration_seconds_count{route="/user/profile/[id]",status="200"} 2')
  expect(text).toContain('roster_page_answers_total{cache="rendered"} 2')
  expect(text).toMatch(/^roster_workers 2$/m)
  expect(text).toMatch(/^roster_database_info\{migration="\d{14}_\w+"\} 1$/m)
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  sql.exec(`UPDATE "_prisma_migrations" SET "migration_name" = '20990101000000_later' WHERE "migration_name" LIKE '%add_search'`)
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain(
    'roster_database_info{migration="20990101000000_later"} 1',
  )
})

test('pages are served even if the metrics port is taken', async () => {
  const taken = createServer()
  onTestFinished(() => void taken.close())
  const port = await freePort()
  await new Promise<void>((resolve) => taken.listen(port, '127.0.0.1', resolve))
  const { roster, socket } = serve({ METRICS_PORT: String(port) })
  await roster.printed(/Roster serves/)
  expect(roster.stdout).toContain(
    `No metrics: Port ${port} on 127.0.0.1 is taken; stop what listens there, or set METRICS_PORT to another one.`,
  )
  expect((await get(socket(1), '/user/profile/1')).status).toBe(200)
})

test('metrics are served on the socket that systemd has opened', async () => {
  const port = await freePort()
  const handOver = ['DATABASE_URL', 'SOCKET_DIRECTORY', 'WEB_WORKERS', 'METRICS_PORT'].map((name) => `--setenv=${name}`)
  const activation: [string, ...string[]] = ['systemd-socket-activate', `--listen=127.0.0.1:${port}`, ...handOver]
  const { roster } = serve({ METRICS_PORT: '0' }, [...activation, process.execPath, 'server/commands/serve.ts'])
  await vi.waitFor(() => expect(roster.stderr).toContain('Listening on'), WAIT)
  // The first connection starts it, and waits for it.
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  expect(text).toMatch(/^roster_workers 2$/m)
  expect(roster.stdout).not.toContain('No metrics')
})

describe('settings that cannot be served are refused in one line', () => {
  test.for([
    [{ WEB_WORKERS: '0' }, 'WEB_WORKERS is "0"; it must be a number from 1 to 64'],
    [{ WORKER_MEMORY_MB: '191' }, 'WORKER_MEMORY_MB is "191"; it must be a number from 192 to 65536 (a worker needs 160 to start)'],
    [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT is "xml"; it must be one of json, pretty'],
    [{ SOCKET_DIRECTORY: '/dev/null/sockets' }, /^SOCKET_DIRECTORY \/dev\/null\/sockets can not be used: /],
    [{ DATABASE_URL: 'file:///nowhere/roster.db' }, '/nowhere/roster.db can not be served: the database file does not exist'],
    [{ SECRET_FILE: '/nowhere/secret' }, /^The secret \/nowhere\/secret can not be used: /],
  ] as const)('%j', async ([env, complaint]) => {
    const { roster } = serve(env)
    expect((await roster.exited()).status).toBe(1)
    expect(roster.stderr.trim()).toMatch(complaint)
    expect(roster.stderr.trim().split('\n')).toHaveLength(1)
  })
})
