import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { databaseFile } from './database/url.ts'
import { loadEnvironment } from './environment.ts'
import { OperatorError } from './errors.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LOG_FORMATS = ['json', 'pretty'] as const
const MAX_SEED = 10_000_000
// A worker has 140 MB when it starts and 160 after its first pages: one that is larger than it may be is replaced, without end then.
const LEAST_WORKER_MEMORY_MB = 192

export type Settings = {
  host: string
  port: number
  /** Where each worker's socket lies; null: they listen on `host` and `port`. */
  socketDirectory: string | null
  /** The id of the group that may connect to the sockets, or null for that of the process. */
  socketGroup: number | null
  webWorkers: number
  workerMemoryBytes: number
  /** Where, on the loopback interface only, metrics are served; null: nowhere. */
  metricsPort: number | null
  logLevel: (typeof LOG_LEVELS)[number]
  logFormat: (typeof LOG_FORMATS)[number]
  /** Whether log lines carry what visitors searched for. */
  logQueries: boolean
  databaseFile: string
  /** The people in a database that is made because there is none: nobody, the samples, or so many. */
  seed: 'none' | 'samples' | number
  secretFile: string
}

// By it a worker has its master's settings: read anew, they could be others, as the defaults of commands differ and .env changes.
const HANDED_DOWN = 'ROSTER_SETTINGS'

/** Has the workers that are started from now on use these settings. */
export function handDown(settings: Settings): void {
  process.env[HANDED_DOWN] = JSON.stringify(settings)
}

/**
 * What the operator set by environment variables or `.env`; `.env.example` documents each. `defaults` differ from one command to another.
 * In a worker: what its master has handed down; of what an older master does not know, what its environment says.
 * @throws OperatorError naming the variable that can not be understood.
 */
export function readSettings(defaults: { webWorkers: number } = { webWorkers: availableParallelism() }): Settings {
  const handedDown: Partial<Settings> | null = JSON.parse(process.env[HANDED_DOWN] || 'null')
  if (handedDown === null) loadEnvironment()
  const file = databaseFile()
  return {
    host: process.env.HOST || '127.0.0.1',
    port: readNumber('PORT', 3000, 0, 65_535, ' (0: any free one)'),
    socketDirectory: process.env.SOCKET_DIRECTORY || null,
    socketGroup: process.env.SOCKET_GROUP ? readNumber('SOCKET_GROUP', 0, 0, 2 ** 31, ' (a group id)') : null,
    webWorkers: readNumber('WEB_WORKERS', defaults.webWorkers, 1, 64),
    workerMemoryBytes: readNumber('WORKER_MEMORY_MB', 512, LEAST_WORKER_MEMORY_MB, 65_536, ' (a worker needs 160 to start)') * 2 ** 20,
    metricsPort: process.env.METRICS_PORT ? readNumber('METRICS_PORT', 0, 0, 65_535) : null,
    logLevel: readChoice('LOG_LEVEL', LOG_LEVELS, 'info'),
    logFormat: readChoice('LOG_FORMAT', LOG_FORMATS, process.stdout.isTTY ? 'pretty' : 'json'),
    logQueries: readChoice('LOG_QUERIES', ['0', '1'], '0') === '1',
    databaseFile: file,
    seed: readSeed(),
    secretFile: process.env.SECRET_FILE || `${file}.secret`,
    ...handedDown,
  }
}

/** The path of the socket of worker number `worker`, from 1. */
export function socketPath(socketDirectory: string, worker: number): string {
  return join(socketDirectory, `worker-${worker}.sock`)
}

/** The path of the socket on which the master keeps requests while no worker serves. */
export function waitingRoomPath(socketDirectory: string): string {
  return join(socketDirectory, 'waiting.sock')
}

function readNumber(name: string, fallback: number, least: number, most: number, remark = ''): number {
  const text = process.env[name] || String(fallback)
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= least && number <= most) return number
  throw new OperatorError(`${name} is "${text}"; it must be a number from ${least} to ${most}${remark}`)
}

function readSeed(): Settings['seed'] {
  const text = process.env.SEED || 'samples'
  return text === 'none' || text === 'samples' ? text : readNumber('SEED', 0, 1, MAX_SEED, ', none or samples')
}

function readChoice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
  const text = process.env[name] || fallback
  const choice = choices.find((each) => each === text)
  if (choice !== undefined) return choice
  throw new OperatorError(`${name} is "${text}"; it must be one of ${choices.join(', ')}`)
}
