import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { errorMessage, OperatorError } from '../../errors.ts'
import type { Settings } from '../../settings.ts'
import { copyDatabase } from './copy.ts'
import { isDiskFull } from './disk-full.ts'
import { prepareDatabasePlace } from './file-checks.ts'
import { applyMigrations, dropKeptIndexes, listMigrations, listPendingMigrations, listSchemaDifferences } from './migrate.ts'
import { countPeople, fillUp, seedSamplePeople } from './seed.ts'
import {
  CHECK_TIMEOUT_MS,
  enlargeCache,
  inTransaction,
  openDatabase,
  PAGE_BYTES,
  SQLITE_BUSY,
  sqliteResultCode,
  truncateWal,
} from './sqlite.ts'
import { findUnreadablePeople } from './unreadable-people.ts'

// Another start may be loading people or building an index. Less than TimeoutStartSec in deploy/systemd/roster.service.
const MAX_WAIT_MS = 10 * 60_000

const MAX_LISTED_IDS = 10

type PrepareOptions = {
  /** The people in a new database. */
  seed?: Settings['seed']
  /** Called before each step that takes time. */
  report?: (line: string) => void
  /** Whether workers of the previous release may serve the database meanwhile: its indexes are then kept until the next start or reload. */
  isServed?: boolean
  /** How long to wait for another process that has the database locked. */
  maxWaitMs?: number
}

/**
 * Makes `file` a database that this release can serve, and counts the people in it. A missing or empty file becomes a new database with
 * `seed` in it; an existing database is only migrated, after a copy of it was made. When several processes prepare the same database, one
 * does it and the others wait.
 * @throws OperatorError when it cannot be used; nothing is changed then.
 */
export function prepareDatabase(file: string, { maxWaitMs = MAX_WAIT_MS, ...options }: PrepareOptions = {}): { people: number } {
  const work = { seed: 'samples' as const, report: console.log, isServed: false, ...options }
  try {
    const place = prepareDatabasePlace(file)
    const prepare = (busyTimeoutMs: number) => prepareWithin(busyTimeoutMs, place, work)
    try {
      return prepare(Math.min(CHECK_TIMEOUT_MS, maxWaitMs))
    } catch (error) {
      if (sqliteResultCode(error) !== SQLITE_BUSY) throw error
      work.report(`Another process is writing to ${place}; waiting for it to finish …`)
      return prepare(maxWaitMs)
    }
  } catch (error) {
    throw new OperatorError(`The database ${file} cannot be used: ${explain(error, file, maxWaitMs)}`)
  }
}

type Work = Required<Omit<PrepareOptions, 'maxWaitMs'>>

function prepareWithin(busyTimeoutMs: number, file: string, work: Work): { people: number } {
  refuseForeignDatabase(file, busyTimeoutMs)
  using database = openDatabase(file, { busyTimeoutMs })
  const isPending = listPendingMigrations(database).length > 0
  if (isPending) migrate(database, file, work)
  else dropKeptIndexes(database)
  expectSchema(database)
  // The file keeps this mode: readers and a writer do not block each other.
  database.exec('PRAGMA journal_mode = WAL')
  if (isPending) truncateWal(database)
  reportUnreadablePeople(database, file, work.report)
  return { people: countPeople(database) }
}

// Read-only when there is a -wal file: closing a writable connection would move its content into the database.
function refuseForeignDatabase(file: string, busyTimeoutMs: number): void {
  using database = openDatabase(file, { busyTimeoutMs, isReadOnly: existsSync(`${file}-wal`) })
  listPendingMigrations(database)
}

// In place and in one transaction: SQLite's lock makes other starts wait, and its journal undoes everything when this process dies.
// Built beside its path and then moved there, it would replace a file that another start has already opened.
function migrate(database: DatabaseSync, file: string, { seed, report, isServed }: Work): void {
  // Migrations that rewrite a table need foreign keys off, which has no effect within a transaction.
  enlargeCache(database)
  database.exec(`PRAGMA foreign_keys = OFF; PRAGMA page_size = ${PAGE_BYTES}`)
  inTransaction(database, () => {
    // Again: another process may have applied them since.
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

// On another connection, as VACUUM INTO does not run within the transaction that keeps others from writing.
function keepCopy(file: string, copy: string, report: (line: string) => void): void {
  report(`Copying the database to ${copy} …`)
  using database = openDatabase(file, { isReadOnly: true })
  copyDatabase(database, copy, { draft: `${copy}.new` })
}

function addPeople(database: DatabaseSync, seed: Settings['seed']): void {
  if (seed === 'samples') seedSamplePeople(database)
  else if (seed !== 'none') for (const _ of fillUp(database, seed));
}

function expectSchema(database: DatabaseSync): void {
  const differences = listSchemaDifferences(database)
  if (differences.length > 0)
    throw new Error(
      `its schema does not match the migrations (${differences.join(', ')}); restore a backup, or see npx prisma migrate diff --help`,
    )
}

function reportUnreadablePeople(database: DatabaseSync, file: string, report: (line: string) => void): void {
  const ids = findUnreadablePeople(database)
  const [first] = ids
  if (first === undefined) return
  const some = `${ids.slice(0, MAX_LISTED_IDS).join(', ')}${ids.length > MAX_LISTED_IDS ? ', …' : ''}`
  report(
    `${ids.length} ${ids.length === 1 ? 'person has' : 'people have'} a username or email that is not valid UTF-8, shown with � (id ${some}); correct each of them: sqlite3 ${file} "UPDATE User SET username = 'René' WHERE id = ${first}"`,
  )
}

function explain(error: unknown, file: string, maxWaitMs: number): string {
  if (isDiskFull(error, dirname(file)))
    return `its disk is full, nothing was changed; free space in ${dirname(file)}, or enlarge its volume`
  if (sqliteResultCode(error) === SQLITE_BUSY)
    return `another process has locked it for ${maxWaitMs / 1_000} seconds; stop that process (fuser -v ${file} names it) and start again`
  return errorMessage(error)
}
