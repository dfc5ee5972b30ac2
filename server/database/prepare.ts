import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { errorMessage, isErrorCode, OperatorError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import { copyDatabase } from './copy.ts'
import { prepareDatabasePlace } from './file-checks.ts'
import { inTransaction } from './in-transaction.ts'
import { applyMigrations, dropKeptIndexes, listMigrations, listPendingMigrations, listSchemaDifferences, PAGE_BYTES } from './migrate.ts'
import { countPeople, fillUp, seedSamplePeople } from './seed.ts'
import { SQLITE_BUSY, SQLITE_FULL, SQLITE_IOERR, sqliteResultCode } from './sqlite-result-code.ts'
import { truncateWal } from './truncate-wal.ts'
import { findUnreadablePeople } from './unreadable-people.ts'

// So long others may write before a line says that they are waited for.
const PATIENCE_MS = 1_000
// Another start may be filling the database with people, or building an index of them. Less than systemd waits for a start.
const LONGEST_WAIT_MS = 10 * 60_000

// Less is as good as nothing: SQLite's files beside the database need as much as soon as it is opened.
const FULL_BELOW_BYTES = 2 ** 20

// 112 MB: an index of a million people fits.
const CACHE_SIZE = -114_688

const MAX_LISTED = 10

type PrepareOptions = {
  /** The people in a database that is made. */
  seed?: Settings['seed']
  /** Is told what takes time. */
  report?: (line: string) => void
  /** Whether workers of the release before may serve the database meanwhile: what they read is kept until the next start or reload. */
  isServed?: boolean
  /** How long another process may keep the database to itself. */
  longestWaitMs?: number
}

/**
 * Leaves `file` a migrated SQLite database that this Roster can serve, and tells how many people are in it.
 * A file that does not exist, or is empty, is filled; one that is not is only ever migrated, and a copy of it kept before. Where other
 * processes prepare the same database, one does it and the others wait.
 * @throws OperatorError when it cannot be used; it is as it was then.
 */
export function prepareDatabase(file: string, { longestWaitMs = LONGEST_WAIT_MS, ...options }: PrepareOptions = {}): { people: number } {
  const work = { seed: 'samples' as const, report: console.log, isServed: false, ...options }
  try {
    const place = prepareDatabasePlace(file)
    const prepare = (busyTimeoutMs: number) => prepareWithin(busyTimeoutMs, place, work)
    try {
      return prepare(Math.min(PATIENCE_MS, longestWaitMs))
    } catch (error) {
      if (sqliteResultCode(error) !== SQLITE_BUSY) throw error
      work.report(`Another process is writing to ${place}; waiting for it to finish …`)
      return prepare(longestWaitMs)
    }
  } catch (error) {
    throw new OperatorError(`The database ${file} cannot be used: ${explain(error, file, longestWaitMs)}`)
  }
}

type Work = Required<Omit<PrepareOptions, 'longestWaitMs'>>

function prepareWithin(busyTimeoutMs: number, file: string, work: Work): { people: number } {
  refuseForeignDatabase(file, busyTimeoutMs)
  using database = open(file, { timeout: busyTimeoutMs })
  const isPending = listPendingMigrations(database).length > 0
  if (isPending) migrate(database, file, work)
  else dropKeptIndexes(database)
  expectSchema(database)
  // Stays with the file: readers and a writer no longer wait for each other.
  database.exec('PRAGMA journal_mode = WAL')
  if (isPending) truncateWal(database)
  reportUnreadablePeople(database, file, work.report)
  return { people: countPeople(database) }
}

// Read-only where there is a -wal file: a connection that may write moves what is there into the database when it is closed.
function refuseForeignDatabase(file: string, timeout: number): void {
  using database = open(file, { timeout, readOnly: existsSync(`${file}-wal`) })
  listPendingMigrations(database)
}

// In the place where it is to be, and in one transaction: SQLite has whoever does the same wait, and undoes it when this process dies.
// Beside its place, and then moved there, it would be another's who had opened that place before.
function migrate(database: DatabaseSync, file: string, { seed, report, isServed }: Work): void {
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA cache_size = ${CACHE_SIZE}`)
  inTransaction(database, () => {
    // Once more: another process may have done it meanwhile.
    const pending = listPendingMigrations(database)
    const [next] = pending
    if (next === undefined) return
    const isNew = pending.length === listMigrations().length
    if (isNew) report(`Creating ${file} …`)
    else {
      keepCopy(file, `${file}.before-${next.name}`, report)
      report(`Applying ${pending.map(({ name }) => name).join(', ')} …`)
    }
    applyMigrations(database, pending, isNew ? {} : { report, keepIndexes: isServed })
    if (isNew) addPeople(database, seed)
    expectSchema(database)
  })
}

// By another connection, as none copies from within a transaction: what nobody else can change meanwhile.
function keepCopy(file: string, copy: string, report: (line: string) => void): void {
  report(`Keeping a copy of the database as ${copy} …`)
  using database = open(file, { readOnly: true })
  copyDatabase(database, copy, `${copy}.new`)
}

function addPeople(database: DatabaseSync, seed: Settings['seed']): void {
  if (seed === 'samples') seedSamplePeople(database)
  else if (seed !== 'none') for (const _ of fillUp(database, seed));
}

function expectSchema(database: DatabaseSync): void {
  const differences = listSchemaDifferences(database)
  if (differences.length > 0)
    throw new Error(
      `its schema is not the one that the migrations make (${differences.join(', ')}); restore a backup, or see npx prisma migrate diff --help`,
    )
}

function reportUnreadablePeople(database: DatabaseSync, file: string, report: (line: string) => void): void {
  const ids = findUnreadablePeople(database)
  const [first] = ids
  if (first === undefined) return
  const some = `${ids.slice(0, MAX_LISTED).join(', ')}${ids.length > MAX_LISTED ? ', …' : ''}`
  report(
    `${ids.length} ${ids.length === 1 ? 'person has' : 'people have'} a username or email that is not valid UTF-8, shown with � (id ${some}); correct each, as in: sqlite3 ${file} "UPDATE User SET username = 'René' WHERE id = ${first}"`,
  )
}

function explain(error: unknown, file: string, longestWaitMs: number): string {
  if (isDiskFull(error, file)) return `its disk is full, nothing was changed; make room in ${dirname(file)}, or enlarge its volume`
  if (sqliteResultCode(error) === SQLITE_BUSY)
    return `another process has kept it locked for ${longestWaitMs / 1_000} seconds; end that process (fuser -v ${file} names it) and start again`
  return errorMessage(error)
}

function isDiskFull(error: unknown, file: string): boolean {
  if (isErrorCode(error, 'ENOSPC') || isErrorCode(error, 'EDQUOT')) return true
  const code = sqliteResultCode(error)
  if (code === SQLITE_IOERR) {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < FULL_BELOW_BYTES
  }
  return code === SQLITE_FULL
}

function open(file: string, options: { timeout?: number; readOnly?: boolean }): DatabaseSync {
  // Migrations that rewrite a table need them off, and they cannot be turned off within a transaction.
  return new DatabaseSync(file, { ...options, enableForeignKeyConstraints: false })
}
