import cluster, { type Address } from 'node:cluster'
import { closeSync, openSync, realpathSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import type { Logger } from 'pino'
import { findUnreadiness, readDatabaseVersion } from '../database/readiness.ts'
import { databaseUrl } from '../database/url.ts'
import { errorMessage } from '../errors.ts'
import { listen } from '../listen.ts'
import { interrupt } from '../log.ts'
import type { createMasterMetrics, MasterMetrics } from '../metrics.ts'
import { readSecret } from '../secret.ts'
import { handDown, type Settings, socketPath, waitingRoomPath } from '../settings.ts'
import { DatabaseFile } from './database-file.ts'
import { notifySystemd } from './notify-systemd.ts'
import { passedSocket } from './passed-socket.ts'
import { clearSockets, giveSocketToGroup, restrictSockets } from './sockets.ts'
import { openWaitingRoom } from './waiting-room.ts'
import { WorkerPool } from './worker-pool.ts'

const METRICS_HOST = '127.0.0.1'

type MasterOptions = {
  /** Leaves the database ready to be served, while the workers load. */
  prepare?: () => void
  /** Called when there is a worker to connect to. */
  onListening?: () => void
  /** Called before the workers end: what asks them ends first. */
  beforeStop?: () => Promise<void>
}

/**
 * Starts the workers of the build in `folder` and returns where they serve. From then on it keeps them serving and obeys signals:
 * SIGTERM and SIGINT end everything once what is in flight is answered, and so does SIGHUP where the terminal has been closed. Elsewhere,
 * SIGHUP replaces the workers one by one by those of the build that is in `folder` then.
 * @throws OperatorError when they can not serve.
 */
export async function startMaster(
  settings: Settings,
  folder: string,
  log: Logger,
  { prepare = () => {}, onListening = () => {}, beforeStop = async () => {} }: MasterOptions = {},
): Promise<string> {
  const { socketDirectory, webWorkers, metricsPort, databaseFile } = settings
  process.env.DATABASE_URL = databaseUrl(databaseFile)
  handDown(settings)
  const database = new DatabaseFile(databaseFile, log)

  cluster.once('listening', onListening)
  let place = socketDirectory === null ? '' : socketPath(socketDirectory, 1)
  const metrics =
    metricsPort === null
      ? null
      : await loadMetrics(
          () => pool.serving,
          () => database.read(readDatabaseVersion),
        )
  const pool: WorkerPool = new WorkerPool({
    script: join(folder, 'server/worker.ts'),
    size: webWorkers,
    memoryBytes: settings.workerMemoryBytes,
    log,
    onListening: (address) => {
      if (socketDirectory === null) place = formatAddress(settings.host, address)
      else giveSocketToGroup(String(address.address), settings)
    },
    beforeOpen: () => database.look(),
    findUnreadiness: () => database.read(findUnreadiness),
    onOutputGone: interrupt,
    onRestart: (reason) => metrics?.countRestart(reason),
  })
  await pool.start(async () => {
    prepare()
    // Not before: until then there is nothing to finish, and nothing that could be asked while the database is made.
    obeySignals(pool, database, folder, log, beforeStop)
    database.watch()
    // Here first: the workers would make it at the same time.
    readSecret(settings.secretFile)
    if (socketDirectory === null) return
    await clearSockets(socketDirectory, webWorkers)
    restrictSockets()
    await openWaitingRoom(waitingRoomPath(socketDirectory), async () => {
      const worker = await pool.whenServing()
      return worker === null ? null : socketPath(socketDirectory, worker)
    })
    giveSocketToGroup(waitingRoomPath(socketDirectory), settings)
  })
  if (metrics !== null && metricsPort !== null) {
    const place = passedSocket() ?? { host: METRICS_HOST, port: metricsPort, setting: 'METRICS_PORT' }
    // No reason to leave visitors without pages.
    await listen(metrics.createServer(), place).catch((error) => log.error(`No metrics: ${errorMessage(error)}`))
  }
  notifySystemd('READY=1', servesStatus(realpathSync(folder)))
  return place
}

// Takes long to load, and most do without.
async function loadMetrics(...sources: Parameters<typeof createMasterMetrics>): Promise<MasterMetrics> {
  const metrics = await import('../metrics.ts')
  return metrics.createMasterMetrics(...sources)
}

function formatAddress(host: string, { port }: Address): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`
}

// deploy/install.sh reads it: what comes of a reload is known when that is long over.
function servesStatus(build: string): string {
  return `Serves ${build}`
}

function obeySignals(pool: WorkerPool, database: DatabaseFile, folder: string, log: Logger, beforeStop: () => Promise<void>): void {
  let isStopping = false
  const stop = async () => {
    // npm passes on a Ctrl-C that the terminal has sent here already.
    if (isStopping) return
    isStopping = true
    log.info('Stopping')
    notifySystemd('STOPPING=1')
    await beforeStop()
    await pool.stop()
    database.emptyWal()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
  let build = realpathSync(folder)
  let restarts = Promise.resolve()
  // Not one that was told to outlive its terminal, as by nohup.
  const isUsedAtTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor)) && isTerminalOpen()
  process.on('SIGHUP', () => {
    if (isUsedAtTerminal && !isTerminalOpen()) {
      void stop()
      return
    }
    restarts = restarts.then(async () => {
      log.info('Replacing the workers, one by one')
      notifySystemd('RELOADING=1')
      const next = realpathSync(folder)
      const isDone = await pool.restart()
      if (isDone) {
        build = next
        notifySystemd('READY=1', servesStatus(build))
        log.info('All workers are replaced')
      } else {
        notifySystemd('READY=1', `${servesStatus(build)}, as ${next} can not be served`)
        log.error('Not all workers are replaced')
      }
    })
  })
}

// A hang-up of the terminal closes it to all of its processes.
function isTerminalOpen(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
