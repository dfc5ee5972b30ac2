import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_SITE, type Site } from '../app/_site/site.ts'
import { type DatabaseAddress, readDatabaseAddress } from './database/url.ts'
import { loadEnvironment } from './environment.ts'
import { OperatorError } from './errors.ts'
import { readHiddenFields } from './site/hidden-fields.ts'
import { readSiteLooks, readSiteTexts } from './site/read-site.ts'

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
const LOG_FORMATS = ['json', 'pretty'] as const

export const MAX_SEED_PEOPLE = 10_000_000
export const MAX_WEB_WORKERS = 64
// A worker takes 140 MB at its start and 160 MB after its first pages: with a lower limit it would be restarted again and again.
const MIN_WORKER_MEMORY_MB = 192

export type Settings = {
  host: string
  port: number
  /** The folder of the workers' sockets; null: they listen on `host` and `port`. */
  socketDirectory: string | null
  /** The id of the group that may connect to the sockets; null: that of the process. */
  socketGroup: number | null
  webWorkers: number
  workerMemoryBytes: number
  /** The port of the metrics on the loopback interface; null: none. */
  metricsPort: number | null
  logLevel: (typeof LOG_LEVELS)[number]
  logFormat: (typeof LOG_FORMATS)[number]
  /** Whether log lines contain what visitors searched for. */
  logQueries: boolean
  database: DatabaseAddress
  /** The people in a new database: none, the sample people, or a number of sample and generated people. */
  seed: 'none' | 'samples' | number
  /** The file of the installation's secret; null: it is in the database. */
  secretFile: string | null
  /** The defaults, unless the command shows the site: see readServingSettings. */
  site: Site
}

// The master's settings for its workers. Were they to read the environment, .env may have changed, and the defaults of commands differ.
const WORKER_SETTINGS = 'ROSTER_SETTINGS'

/** Passes `settings` on to all workers that are started from now on. */
export function handDown(settings: Settings): void {
  process.env[WORKER_SETTINGS] = JSON.stringify(settings)
}

/**
 * The settings in environment variables and `.env`, which `.env.example` describes; `defaults` depend on the command. A worker has those of
 * its master, and reads from the environment only what an older master does not know.
 * @throws OperatorError naming a variable with an invalid value.
 */
export function readSettings(defaults: { webWorkers: number } = { webWorkers: availableParallelism() }): Settings {
  const fromMaster: Partial<Settings> | null = JSON.parse(process.env[WORKER_SETTINGS] || 'null')
  if (fromMaster === null) loadEnvironment()
  const database = readDatabaseAddress()
  return {
    host: process.env.HOST || '127.0.0.1',
    port: readNumber('PORT', 3000, 0, 65_535, ' (0: any free one)'),
    socketDirectory: process.env.SOCKET_DIRECTORY || null,
    socketGroup: process.env.SOCKET_GROUP ? readNumber('SOCKET_GROUP', 0, 0, 2 ** 31, ' (a group id)') : null,
    webWorkers: readNumber('WEB_WORKERS', defaults.webWorkers, 1, MAX_WEB_WORKERS),
    workerMemoryBytes: readNumber('WORKER_MEMORY_MB', 512, MIN_WORKER_MEMORY_MB, 65_536, ' (a worker needs 160 to start)') * 2 ** 20,
    metricsPort: process.env.METRICS_PORT ? readNumber('METRICS_PORT', 0, 0, 65_535) : null,
    logLevel: readChoice('LOG_LEVEL', LOG_LEVELS, 'info'),
    logFormat: readChoice('LOG_FORMAT', LOG_FORMATS, process.stdout.isTTY ? 'pretty' : 'json'),
    logQueries: readChoice('LOG_QUERIES', ['0', '1'], '0') === '1',
    database,
    seed: readSeed(),
    secretFile: process.env.SECRET_FILE || (database.engine === 'sqlite' ? `${database.file}.secret` : null),
    site: DEFAULT_SITE,
    ...fromMaster,
  }
}

/**
 * The settings of a command that shows the site. Others go on with a wrong colour or logo: a nightly backup must not fail for it.
 * @throws OperatorError naming a variable with an invalid value.
 */
export async function readServingSettings(defaults?: { webWorkers: number }): Promise<Settings> {
  const settings = readSettings(defaults)
  const isIndexed = readChoice('ROBOTS', ['noindex', 'index'], 'noindex') === 'index'
  const site = { ...readSiteTexts(), ...(await readSiteLooks()), isIndexed, hiddenFields: readHiddenFields() }
  return { ...settings, site }
}

/** The path of the socket of worker number `worker`, from 1. */
export function socketPath(socketDirectory: string, worker: number): string {
  return join(socketDirectory, `worker-${worker}.sock`)
}

/** The path of the socket on which the master holds requests while no worker serves. */
export function waitingRoomPath(socketDirectory: string): string {
  return join(socketDirectory, 'waiting.sock')
}

function readNumber(name: string, fallback: number, min: number, max: number, remark = ''): number {
  const text = process.env[name] || String(fallback)
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
  if (number >= min && number <= max) return number
  throw new OperatorError(`${name} is "${text}"; it must be a number from ${min} to ${max}${remark}`)
}

function readSeed(): Settings['seed'] {
  const text = process.env.SEED || 'samples'
  return text === 'none' || text === 'samples' ? text : readNumber('SEED', 0, 1, MAX_SEED_PEOPLE, ', none or samples')
}

function readChoice<Choice extends string>(name: string, choices: readonly Choice[], fallback: Choice): Choice {
  const text = process.env[name] || fallback
  const choice = choices.find((each) => each === text)
  if (choice !== undefined) return choice
  throw new OperatorError(`${name} is "${text}"; it must be one of ${choices.join(', ')}`)
}
