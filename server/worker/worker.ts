// One of the processes that serve. Its master (server/master/worker-handle.ts) starts it, and decides when it serves and when it stops.
import { statSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer, Server as NetServer } from 'node:net'
import { duplexPair } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setSite } from '../../app/_site/site.ts'
import { OperatorError } from '../errors.ts'
import { DatabaseFaultLog } from '../http/database-fault.ts'
import type { RequestObserver } from '../http/request-log.ts'
import { createWebServer } from '../http/web-server.ts'
import { listen } from '../listen.ts'
import { createLog, logConsole } from '../log.ts'
import { isMasterMessage, type WorkerMessage } from '../master/messages.ts'
import { readSettings, type Settings, socketPath } from '../settings.ts'
import { readinessProblem } from './ask-readiness.ts'
import { limitConnections } from './limit-connections.ts'
import { loadNextPages } from './next-pages.ts'
import { createSecretReader } from './secret-reader.ts'

const DRAIN_TIMEOUT_MS = 10_000
const HEARTBEAT_EVERY_MS = 1_000
const IDLE_GRACE_MS = 500
const CLOSE_IDLE_EVERY_MS = 50

const workerNumber = Number(process.env.ROSTER_WORKER)
// Those of the master, which hands them down.
const settings = readSettings()
setSite(settings.site)
const log = await createLog(settings, workerNumber, () => send({ kind: 'output-gone' }))
logConsole(log)

// A terminal sends these to all of its processes, on Ctrl-C and when it is closed: only the master acts on them.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

let stop = (): void => process.exit(0)
process.on('SIGTERM', () => stop())
const serveSignal = new Promise<void>((resolve) => {
  process.on('message', (message: unknown) => {
    if (!isMasterMessage(message)) return
    if (message === 'serve') resolve()
    if (message === 'drain') stop()
  })
})

try {
  await serve()
} catch (error) {
  if (!(error instanceof OperatorError)) throw error
  send({ kind: 'failed', reason: error.message })
}

async function serve(): Promise<void> {
  const pages = await loadNextPages()
  const observe = await createObserver(settings)
  await serveSignal
  // Read before the database is opened: a file that replaces it from now on is another one.
  const databaseInode = findInode(settings)
  const databaseFaults = new DatabaseFaultLog(log)
  let isWarm = false
  const options = {
    pages,
    readSecret: createSecretReader(settings.secretFile, pages),
    readinessProblem: async () => (isWarm ? readinessProblem(pages) : 'the worker is starting'),
    onDatabaseFault: databaseFaults.report.bind(databaseFaults),
    isDebugging: log.isLevelEnabled('debug'),
  }
  const server = createWebServer({ ...options, observe })
  const listeners = await listenOn(server, settings)
  limitConnections(server, listeners, log)
  stop = () => drain(server, listeners)
  await warmUp(createWebServer({ ...options, observe: () => {} }))
  isWarm = true
  setInterval(() => sendHeartbeat(databaseInode), HEARTBEAT_EVERY_MS).unref()
  send({ kind: 'ready' })
}

function send(message: WorkerMessage): void {
  process.send?.(message)
}

async function createObserver({ logQueries, metricsPort }: Settings): Promise<RequestObserver> {
  const measure = metricsPort === null ? null : (await import('../metrics.ts')).createWorkerMetrics()
  return (request) => {
    measure?.(request)
    const { requestId, method, url, status, bytes, milliseconds, cache, fault, plans, isComplete } = request
    // A query shows what a visitor searched for.
    const path = logQueries ? url : url.split('?')[0]
    // A fault of the database fails every page, and has its own line once a minute; too many searches are no fault.
    const hasPlans = plans.length > 0 && log.isLevelEnabled('debug')
    const isFault = status >= 500 && fault !== 'unavailable' && fault !== 'busy'
    log[isFault ? 'error' : 'info'](
      { requestId, method, path, status, bytes, ms: milliseconds, cache, ...(!isComplete && { isComplete }), ...(hasPlans && { plans }) },
      `${method} ${path} ${status}`,
    )
  }
}

/** The inode number of the database file; null when there is none. */
function findInode({ database }: Settings): number | null {
  return database.engine === 'sqlite' ? (statSync(database.file, { throwIfNoEntry: false })?.ino ?? null) : null
}

/** Has `server` serve where the settings demand it, and returns all that listens for it. */
async function listenOn(server: Server, { socketDirectory, webWorkers, host, port }: Settings): Promise<NetServer[]> {
  if (socketDirectory === null) {
    await listen(server, { host, port })
    return [server]
  }
  await listen(server, { path: socketPath(socketDirectory, workerNumber) })
  const nextWorker = (workerNumber % webWorkers) + 1
  if (nextWorker === workerNumber) return [server]
  // On the next worker's socket, too: it then stays open while that worker is replaced, and no connection is refused.
  const standbyListener = createServer((socket) => server.emit('connection', socket))
  await listen(standbyListener, { path: socketPath(socketDirectory, nextWorker) })
  return [server, standbyListener]
}

/** Stops listening, finishes the requests in flight, and exits. */
function drain(server: Server, listeners: NetServer[]): void {
  if (!server.listening) return
  let open = listeners.length
  for (const listener of listeners) {
    // Not http.Server's own close(): that drops connections whose first request is about to arrive.
    NetServer.prototype.close.call(listener, () => {
      open -= 1
      if (open === 0) process.exit(0)
    })
  }
  setTimeout(() => {
    // Again and again: a connection becomes idle when its answer is sent, and the client may keep it open for long.
    setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  }, IDLE_GRACE_MS)
  setTimeout(() => process.exit(0), DRAIN_TIMEOUT_MS)
}

/** Renders one page over a connection inside this process, so that no visitor waits for what loads with the first page. */
async function warmUp(server: Server): Promise<void> {
  const [visitor, connection] = duplexPair()
  server.emit('connection', connection)
  // Not ended: the server drops a visitor who ends the connection.
  visitor.write('GET /users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await finished(visitor.resume(), { writable: false })
}

function sendHeartbeat(databaseInode: number | null): void {
  const inode = findInode(settings)
  // A missing file may come back as the same one.
  send({ kind: 'alive', memoryBytes: readMemoryBytes(), hasOldDatabase: inode !== null && inode !== databaseInode })
}

/** The memory of this process; 0 when it cannot be read for lack of open files, which must not stop the heartbeat. */
function readMemoryBytes(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return 0
  }
}
