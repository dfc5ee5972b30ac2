import cluster, { type Address } from 'node:cluster'
import { realpathSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { databaseUrl } from '../database/url.ts'
import { errorMessage } from '../errors.ts'
import { listen } from '../listen.ts'
import { interrupt } from '../log.ts'
import type { MasterMetrics } from '../metrics.ts'
import { readSecret } from '../secret.ts'
import { handDown, type Settings, socketPath, waitingRoomPath } from '../settings.ts'
import { writeErrorPages } from './error-pages.ts'
import { openServedDatabase } from './open-served-database.ts'
import type { ServedDatabase } from './served-database.ts'
import { obeySignals } from './signals.ts'
import { chownSocket, clearSockets, restrictSockets } from './sockets.ts'
import { notifySystemd, passedSocket } from './systemd.ts'
import { openWaitingRoom } from './waiting-room.ts'
import { WorkerPool } from './worker-pool.ts'

// Masters of every release start workers of any other from this path, by the same messages: see messages.ts.
const WORKER_SCRIPT = 'server/worker.ts'
const METRICS_HOST = '127.0.0.1'

type MasterOptions = {
  /** Makes the database ready to be served. Called while the first worker loads. */
  prepare: (database: ServedDatabase) => Promise<void>
  /** Called when the first worker listens. */
  onListening?: () => void
  /** Called before the workers stop, for what sends them requests to stop first. */
  beforeStop?: () => Promise<void>
}

/**
 * Starts the workers of the build in `folder`, keeps them serving, and returns the address or the socket of the first one.
 * SIGTERM and SIGINT stop everything once the requests in flight are answered. SIGHUP replaces the workers, one by one, by those of the
 * build that is in `folder` then; when the terminal was closed, it stops everything, too.
 * @throws OperatorError when they cannot serve.
 */
export async function startMaster(
  settings: Settings,
  folder: string,
  log: Logger,
  { prepare, onListening = () => {}, beforeStop = async () => {} }: MasterOptions,
): Promise<string> {
  const { socketDirectory } = settings
  const address = settings.database
  process.env.DATABASE_URL = address.engine === 'sqlite' ? databaseUrl(address.file) : address.url
  handDown(settings)
  const database = await openServedDatabase(address, log)
  const metrics = settings.metricsPort === null ? null : await loadMetrics(() => pool.readyWorkers, database)
  let place = socketDirectory === null ? '' : socketPath(socketDirectory, 1)
  cluster.once('listening', onListening)

  const pool: WorkerPool = new WorkerPool({
    script: join(folder, WORKER_SCRIPT),
    size: settings.webWorkers,
    maxMemoryBytes: settings.workerMemoryBytes,
    log,
    beforeOpen: () => database.check(),
    readinessProblem: () => database.readinessProblem(),
    onListening: (listening) => {
      if (socketDirectory === null) place = formatAddress(settings.host, listening)
      else chownSocket(String(listening.address), settings)
    },
    onOutputGone: interrupt,
    onRestart: (reason) => metrics?.countRestart(reason),
  })
  await pool.start(async () => {
    await prepare(database)
    // Only now: until the database is ready, there are no requests to finish.
    obeySignals({
      stop: () => stop(pool, database, log, beforeStop),
      reload: createReload(pool, folder, log),
    })
    database.watch()
    // Made here, as the workers would all make it at the same time.
    if (settings.secretFile !== null) readSecret(settings.secretFile)
    if (socketDirectory !== null) await openSockets(socketDirectory, settings, pool)
  })
  if (metrics !== null) await serveMetrics(metrics, settings, log)
  notifySystemd('READY=1', servingStatus(realpathSync(folder)))
  return place
}

// Imported only where it is used, as it takes long to load.
async function loadMetrics(readyWorkers: () => number, database: ServedDatabase): Promise<MasterMetrics> {
  const { createMasterMetrics } = await import('../metrics.ts')
  return createMasterMetrics(readyWorkers, () => database.readVersion())
}

function formatAddress(host: string, { port }: Address): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

async function openSockets(socketDirectory: string, settings: Settings, pool: WorkerPool): Promise<void> {
  await clearSockets(socketDirectory, settings.webWorkers)
  writeErrorPages(socketDirectory, settings)
  restrictSockets()
  const waitingRoom = waitingRoomPath(socketDirectory)
  await openWaitingRoom(waitingRoom, async () => {
    const worker = await pool.whenReady()
    return worker === null ? null : socketPath(socketDirectory, worker)
  })
  chownSocket(waitingRoom, settings)
}

/** That metrics cannot be served is no reason to leave visitors without pages. */
async function serveMetrics(metrics: MasterMetrics, { metricsPort }: Settings, log: Logger): Promise<void> {
  const place = passedSocket() ?? { host: METRICS_HOST, port: metricsPort ?? 0, setting: 'METRICS_PORT' }
  await listen(metrics.createServer(), place).catch((error) => log.error(`Metrics cannot be served: ${errorMessage(error)}`))
}

async function stop(pool: WorkerPool, database: ServedDatabase, log: Logger, beforeStop: () => Promise<void>): Promise<void> {
  log.info('Stopping')
  notifySystemd('STOPPING=1')
  await beforeStop()
  await pool.stop()
  database.leave()
  process.exit(0)
}

/** The function that replaces all workers by those of the build that is in `folder` when it is called. */
function createReload(pool: WorkerPool, folder: string, log: Logger): () => Promise<void> {
  let build = realpathSync(folder)
  return async () => {
    log.info('Reloading: replacing the workers one by one')
    notifySystemd('RELOADING=1')
    const next = realpathSync(folder)
    if (await pool.restart()) {
      build = next
      notifySystemd('READY=1', servingStatus(build))
      log.info('Reload done: all workers replaced')
    } else {
      // The name of the build that failed is followed by a space: deploy/install.sh finds it by that.
      notifySystemd('READY=1', `${servingStatus(build)}; ${next} cannot start, see the log`)
      log.error('Reload failed: not all workers replaced')
    }
  }
}

// deploy/install.sh reads it, to find out what came of a reload; it ends with the name of the build.
function servingStatus(build: string): string {
  return `Serving ${build}`
}
