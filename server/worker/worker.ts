// One of the processes that serve: the master (worker-pool.ts) starts it, watches it and ends it.
import { statSync } from 'node:fs'
import type { Server } from 'node:http'
import { createServer, Server as NetServer } from 'node:net'
import { duplexPair } from 'node:stream'
import { finished } from 'node:stream/promises'
import { OperatorError } from '../errors.ts'
import { DatabaseFaultLog } from '../http/database-fault.ts'
import type { RequestObserver } from '../http/request-log.ts'
import { createWebServer } from '../http/web-server.ts'
import { listen } from '../listen.ts'
import { createLog, logConsole } from '../log.ts'
import { DRAIN, SERVE, type WorkerMessage } from '../master/messages.ts'
import { readSecret } from '../secret.ts'
import { readSettings, type Settings, socketPath } from '../settings.ts'
import { findUnreadiness } from './ask-readiness.ts'
import { limitConnections } from './limit-connections.ts'
import { loadNextPages } from './next-pages.ts'

const DRAIN_MS = 10_000
const ALIVE_EVERY_MS = 1_000
const IDLE_GRACE_MS = 500
const IDLE_CHECK_MS = 50

const worker = Number(process.env.ROSTER_WORKER)
const settings = readSettings()
const log = await createLog(settings, worker, () => tell({ kind: 'output-gone' }))
logConsole(log)

// A Ctrl-C reaches all processes of the terminal, a hang-up too: what they mean is the master's business.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})

let isWarm = false
let stop = (): void => process.exit(0)
process.on('SIGTERM', () => stop())
const mayServe = new Promise<void>((resolve) => {
  process.on('message', (message) => {
    if (message === SERVE) resolve()
    if (message === DRAIN) stop()
  })
})

try {
  const pages = await loadNextPages()
  const observe = await createObserver(settings)
  await mayServe
  // Before it is opened: one that takes its place from now on is another one.
  const databaseId = readFileId(settings.databaseFile)
  const databaseFaults = new DatabaseFaultLog(log)
  const options = {
    pages,
    secret: readSecret(settings.secretFile),
    findUnreadiness: async () => (isWarm ? findUnreadiness(pages) : 'the worker is starting'),
    onDatabaseFault: databaseFaults.report.bind(databaseFaults),
  }
  const server = createWebServer({ ...options, observe })
  const listeners = await listenWhereAsked(server, settings)
  limitConnections(server, listeners, log)
  stop = () => drain(server, listeners)
  await warmUp(createWebServer({ ...options, observe: () => {} }))
  isWarm = true
  setInterval(() => {
    const id = readFileId(settings.databaseFile)
    // A file that is away for a moment may come back as the same.
    tell({ kind: 'alive', memoryBytes: readMemory(), hasOldDatabase: id !== null && id !== databaseId })
  }, ALIVE_EVERY_MS).unref()
  tell({ kind: 'ready' })
} catch (error) {
  if (!(error instanceof OperatorError)) throw error
  tell({ kind: 'failed', reason: error.message })
}

/** Has `server` make a page for nobody: what loads with the first page has loaded then. */
async function warmUp(server: Server): Promise<void> {
  const [visitor, connection] = duplexPair()
  server.emit('connection', connection)
  // Not its end: a server hangs up on a visitor who does.
  visitor.write('GET /users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  await finished(visitor.resume(), { writable: false })
}

function readFileId(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino ?? null
}

/** The memory that this process takes; 0 when it has no file left to open, which is no reason to seem hung. */
function readMemory(): number {
  try {
    return process.memoryUsage.rss()
  } catch {
    return 0
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message)
}

async function createObserver({ logQueries, metricsPort }: Settings): Promise<RequestObserver> {
  const measure = metricsPort === null ? null : (await import('../metrics.ts')).createWorkerMetrics()
  return (request) => {
    measure?.(request)
    const { requestId, method, url, status, bytes, milliseconds, cache, fault, isComplete } = request
    // Queries are what people looked for.
    const path = logQueries ? url : url.split('?')[0]
    // What each page fails for has a line of its own, once in a while; too many searches are no fault.
    const isFault = status >= 500 && fault !== 'unavailable' && fault !== 'busy'
    log[isFault ? 'error' : 'info'](
      { requestId, method, path, status, bytes, ms: milliseconds, cache, ...(!isComplete && { isComplete }) },
      `${method} ${path} ${status}`,
    )
  }
}

/** Has `server` serve where the settings say, and returns all that listens for it. */
async function listenWhereAsked(server: Server, { socketDirectory, webWorkers, host, port }: Settings): Promise<NetServer[]> {
  if (socketDirectory === null) {
    await listen(server, { host, port })
    return [server]
  }
  await listen(server, { path: socketPath(socketDirectory, worker) })
  // On the next worker's socket as well: a socket outlives its worker then, and nobody is refused while another takes its place.
  const next = (worker % webWorkers) + 1
  if (next === worker) return [server]
  const relief = createServer((socket) => server.emit('connection', socket))
  await listen(relief, { path: socketPath(socketDirectory, next) })
  return [server, relief]
}

function drain(server: Server, listeners: NetServer[]): void {
  if (!server.listening) return
  let open = listeners.length
  for (const listener of listeners) {
    // Not the HTTP server's own close(): that hangs up on connections whose first request is about to arrive.
    NetServer.prototype.close.call(listener, () => {
      open -= 1
      if (open === 0) process.exit(0)
    })
  }
  setTimeout(() => {
    // From then on: a connection becomes idle when its answer is sent, and the client may keep it open for long.
    setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS)
  }, IDLE_GRACE_MS)
  setTimeout(() => process.exit(0), DRAIN_MS)
}
