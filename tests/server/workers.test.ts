import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'
import { importing, requestWithoutPause, SERVE, serveTemporaryWorkers, startTemporaryWorkers, WAIT } from '../fixtures/temporary-workers.ts'
import { getNewestWorkerPid, listWorkerPids } from '../fixtures/worker-pids.ts'

describe('sockets', () => {
  test('each worker has one, open to user and group, and removes it', async () => {
    const { roster, sockets, socket } = await serveTemporaryWorkers()
    for (const worker of [1, 2]) {
      expect(statSync(socket(worker)).mode & 0o7777).toBe(0o660)
      expect((await httpGet(socket(worker), '/user/profile/1')).status).toBe(200)
    }
    roster.kill('SIGTERM')
    expect(await roster.exited()).toEqual({ status: 0, signal: null })
    // The web server shows the error pages while Roster is down.
    expect(readdirSync(sockets)).toEqual(['errors'])
  })

  test('those of a run that crashed are replaced, those of one that runs are not', async () => {
    const { roster, socket, sockets } = await serveTemporaryWorkers()
    const second = startTemporaryWorkers({ SOCKET_DIRECTORY: sockets })
    expect((await second.roster.exited()).status).toBe(1)
    expect(second.roster.stderr).toBe(`Another Roster listens on ${socket(1)}; stop it, or set SOCKET_DIRECTORY to another folder.\n`)
    expect((await httpGet(socket(1), '/healthz')).status).toBe(200)

    roster.killGroup('SIGKILL')
    await roster.exited()
    expect(existsSync(socket(1))).toBe(true)
    await serveTemporaryWorkers({ SOCKET_DIRECTORY: sockets })
    expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
  })

  test('a worker has the settings of its master: npm start on sockets starts again after a crash', async () => {
    const env = { WEB_WORKERS: '', SOCKET_DIRECTORY: join(temporaryFolder(), 'sockets') }
    for (const _ of ['first', 'again']) {
      const { roster } = startTemporaryWorkers(env, [process.execPath, 'server/bootstrap.mjs', 'server/roster.ts', 'start'])
      await roster.printed(/Roster is ready/)
      expect(readdirSync(env.SOCKET_DIRECTORY)).toEqual(['errors', 'waiting.sock', 'worker-1.sock'])
      expect((await httpGet(join(env.SOCKET_DIRECTORY, 'worker-1.sock'), '/user/profile/1')).status).toBe(200)
      roster.killGroup('SIGKILL')
      await roster.exited()
    }
  })

  test('run the release that the called path leads to, by the path through the link to it', async () => {
    const folder = temporaryFolder()
    symlinkSync(ROOT, join(folder, 'current'))
    symlinkSync('current/server/roster.ts', join(folder, 'roster'))
    const { roster } = await serveTemporaryWorkers({}, [process.execPath, join(folder, 'roster'), 'serve'])
    const [pid = 0] = listWorkerPids(roster, 1)
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(join(folder, 'current/server/worker'))
  })
})

describe('a worker', () => {
  test.for(['debug', 'info'])('with LOG_LEVEL=%s names the plans of a search only for debugging', async (level) => {
    const { roster, socket } = await serveTemporaryWorkers({ LOG_LEVEL: level })
    const { headers } = await httpGet(socket(1), '/users?q=ada')
    expect(headers['server-timing']).toBe(level === 'debug' ? 'index-batches, rank-few' : undefined)
    await roster.printed(/GET \/users 200/)
    expect(roster.stdout.includes('"plans":["index-batches","rank-few"]')).toBe(level === 'debug')
  })

  test('that is killed is restarted at once', async () => {
    const { roster, socket } = await serveTemporaryWorkers()
    process.kill(getNewestWorkerPid(roster, 1), 'SIGKILL')
    await roster.printed(/"restartInMs":0,"msg":"Worker 1 killed by SIGKILL; restarting"/)
    await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
    expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
  })

  test('that keeps exiting makes Roster not ready', async () => {
    const { roster, socket } = await serveTemporaryWorkers()
    for (let exits = 1; exits <= 5; exits += 1) {
      await vi.waitFor(() => expect(listWorkerPids(roster, 2)).toHaveLength(exits), WAIT)
      process.kill(getNewestWorkerPid(roster, 2), 'SIGKILL')
    }
    const readiness = async () => (await httpGet(socket(1), '/readyz')).body
    await expect.poll(readiness, WAIT).toContain('worker 2 keeps exiting')
  })

  test('that is still missing has requests wait for it, but not while it backs off', async () => {
    const { roster, socket, sockets } = await serveTemporaryWorkers({ WEB_WORKERS: '1' })
    const waitingRoom = join(sockets, 'waiting.sock')
    expect(statSync(waitingRoom).mode & 0o7777).toBe(0o660)
    const getThere = () => httpGet(waitingRoom, '/user/profile/3')
    const kill = async (exits: number, signal: NodeJS.Signals) => {
      await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(exits), WAIT)
      process.kill(getNewestWorkerPid(roster, 1), signal)
    }
    await kill(1, 'SIGKILL')
    await vi.waitFor(() => expect(existsSync(socket(1))).toBe(false), WAIT)
    expect(await getThere()).toMatchObject({ status: 200, body: expect.stringContaining('ada@example.com') })

    for (const exits of [2, 3, 4, 5]) await kill(exits, 'SIGKILL')
    await kill(6, 'SIGABRT')
    const delays = () => [...roster.stdout.matchAll(/"restartInMs":(\d+)/g)].map(([, delay]) => Number(delay))
    // A kill from outside delays by one second at most; a worker that aborts by itself may do so again.
    await vi.waitFor(() => expect(delays()).toEqual([0, 0, 0, 1_000, 1_000, 4_000]), WAIT)
    await expect(getThere()).rejects.toThrow()
    expect(listWorkerPids(roster, 1)).toHaveLength(6)

    roster.kill('SIGTERM')
    await roster.exited()
    expect(existsSync(waitingRoom)).toBe(false)
  })

  test('whose event loop stands still is restarted', async () => {
    const { roster, socket } = await serveTemporaryWorkers()
    process.kill(getNewestWorkerPid(roster, 1), 'SIGSTOP')
    await vi.waitFor(() => expect(listWorkerPids(roster, 1)).toHaveLength(2), WAIT)
    expect(roster.stdout).toContain('Worker 1 sends no heartbeat; killing it')
    expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
  })

  test('that is busy for as long, but for moments, serves on', async () => {
    const busy = `setInterval(()=>{const until=Date.now()+950;while(Date.now()<until);},1000)`
    const { roster, socket } = await serveTemporaryWorkers({
      WEB_WORKERS: '1',
      NODE_OPTIONS: importing(`if(process.env.ROSTER_WORKER){${busy}}`),
    })
    // Longer than the time without a heartbeat after which a worker is killed.
    const until = performance.now() + 14_000
    while (performance.now() < until) expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200)
    expect(listWorkerPids(roster, 1)).toHaveLength(1)
  })

  test('that is starting is not ready', async () => {
    // Delays the page that a worker renders before it is ready.
    const delayWarmUp = `
      const { Server } = await import('node:http'), { Socket } = await import('node:net'), { emit } = Server.prototype
      Server.prototype.emit = function (name, ...values) {
        if (name !== 'connection' || values[0] instanceof Socket) return emit.call(this, name, ...values)
        setTimeout(() => emit.call(this, name, ...values), 2_000)
        return true
      }`
    const { roster, socket } = startTemporaryWorkers({ WEB_WORKERS: '1', NODE_OPTIONS: importing(delayWarmUp) })
    const readiness = () => httpGet(socket(1), '/readyz')
    expect(await vi.waitFor(readiness, { ...WAIT, interval: 10 })).toMatchObject({
      status: 503,
      body: expect.stringContaining('the worker is starting'),
    })
    await roster.printed(/Roster serves/)
    expect((await readiness()).status).toBe(200)
  })

  test('that exceeds its memory is replaced once another serves', async () => {
    const ballast = importing(`globalThis.ballast = Buffer.alloc(${2 ** 28}, 1)`)
    const { roster, socket } = await serveTemporaryWorkers({ WORKER_MEMORY_MB: '192', WEB_WORKERS: '1', NODE_OPTIONS: ballast })
    const visitors = requestWithoutPause([socket(1)])
    await vi.waitFor(() => expect(listWorkerPids(roster, 1).length).toBeGreaterThan(2), WAIT)
    expect((await visitors.stop()).failures).toEqual([])
    expect(roster.stdout).toContain('Worker 1 exceeds WORKER_MEMORY_MB; replacing it')
  })

  test('refuses more connections than it may open files, and serves on', async () => {
    const limitedTo = (files: number): [string, ...string[]] => ['sh', '-c', `ulimit -n ${files}; exec ${SERVE.join(' ')}`]
    const { roster, socket } = await serveTemporaryWorkers({ WEB_WORKERS: '1' }, limitedTo(64))
    const connections = Array.from({ length: 100 }, () => connect(socket(1)).on('error', () => {}))
    const disconnect = () => {
      for (const connection of connections) connection.destroy()
    }
    onTestFinished(disconnect)
    const [line] = await roster.printed(/.*connections are in use.*/)
    expect(JSON.parse(line)).toMatchObject({ level: 'warn', openFiles: 64 })
    disconnect()
    await vi.waitFor(async () => expect((await httpGet(socket(1), '/user/profile/1')).status).toBe(200), WAIT)
    expect(roster.stdout.match(/connections are in use/g)).toHaveLength(1)
    expect(roster.stdout).not.toContain('EMFILE')

    const other = startTemporaryWorkers({ WEB_WORKERS: '1' }, limitedTo(40)).roster
    expect((await other.exited()).status).toBe(1)
    expect(other.stderr).toBe('The limit of open files, 40, is too low to serve; raise it, for example by ulimit -n 1024\n')
  })
})

describe('what cannot be served is refused in one line', () => {
  test.for([
    [{ WEB_WORKERS: '0' }, 'WEB_WORKERS is "0"; it must be a number from 1 to 64'],
    [{ WORKER_MEMORY_MB: '191' }, 'WORKER_MEMORY_MB is "191"; it must be a number from 192 to 65536 (a worker needs 160 to start)'],
    [{ LOG_FORMAT: 'xml' }, 'LOG_FORMAT is "xml"; it must be one of json, pretty'],
    [{ SOCKET_DIRECTORY: '/dev/null/sockets' }, /^SOCKET_DIRECTORY \/dev\/null\/sockets cannot be used: /],
    [{ DATABASE_URL: 'file:///nowhere/roster.db' }, '/nowhere/roster.db cannot be served: the database file does not exist'],
    [{ SECRET_FILE: '/nowhere/secret' }, /^The secret \/nowhere\/secret cannot be used: /],
  ] as const)('%j', async ([env, complaint]) => {
    const { roster } = startTemporaryWorkers(env)
    expect((await roster.exited()).status).toBe(1)
    expect(roster.stderr.trim()).toMatch(complaint)
    expect(roster.stderr.trim().split('\n')).toHaveLength(1)
  })
})
