import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { SingleBar } from 'cli-progress'
import { fileProblem } from '../database/file-checks.ts'
import { listPendingMigrations } from '../database/migrate.ts'
import { countPeople, fillUp, seedSamplePeople } from '../database/seed.ts'
import {
  BUSY_TIMEOUT_MS,
  enlargeCache,
  openDatabase,
  SQLITE_BUSY,
  SQLITE_CANTOPEN,
  SQLITE_FULL,
  SQLITE_NOTADB,
  SQLITE_READONLY,
  sqliteResultCode,
  truncateWal,
} from '../database/sqlite.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

// Loading fills the indexes in random order: a checkpoint after each 1,000 pages, SQLite's default, would write most pages again and again.
// The -wal file may grow to 400 MB instead.
const PAGES_PER_CHECKPOINT = 50_000

const SECONDS_PER_LINE = 2

/**
 * Adds the missing sample people or, with `count`, people until there are `count`. Returns the exit status.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seed(count: number | undefined): Promise<number> {
  const { databaseFile } = readSettings()
  try {
    using database = openForSeeding(databaseFile)
    return count === undefined ? addSamplePeople(database) : await addPeopleUpTo(database, count)
  } catch (error) {
    const reason = explain(error)
    throw reason === null ? error : new OperatorError(`The database ${databaseFile} cannot be seeded: ${reason}`)
  }
}

function openForSeeding(file: string): DatabaseSync {
  const problem = fileProblem(file)
  if (problem !== null) throw new OperatorError(`it ${problem}; create it with roster prepare, or check DATABASE_URL`)
  const database = openDatabase(file)
  if (listPendingMigrations(database).length > 0) throw new OperatorError('it lacks migrations; apply them with roster prepare')
  enlargeCache(database)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${PAGES_PER_CHECKPOINT}`)
  return database
}

function addSamplePeople(database: DatabaseSync): number {
  const added = seedSamplePeople(database)
  if (added > 0) truncateWal(database)
  report(added, countPeople(database))
  return 0
}

async function addPeopleUpTo(database: DatabaseSync, target: number): Promise<number> {
  let people = countPeople(database)
  let added = 0
  let exitStatus = 0
  // Once: a second Ctrl-C ends the process at once, with the database as valid as after a crash.
  for (const [signal, status] of SIGNALS) process.once(signal, () => (exitStatus = status))
  const bar = createBar()
  if (people < target) bar.start(target, people)
  for (const step of fillUp(database, target)) {
    added += step.added
    people = step.people
    bar.update(people)
    // Signals and the bar's timer get their turn.
    await setImmediate()
    if (exitStatus !== 0) break
  }
  bar.stop()
  truncateWal(database)
  if (exitStatus !== 0) console.error('Interrupted; run the same command again to continue.')
  report(added, people)
  return exitStatus
}

/** A progress bar on a terminal, else a line every few seconds. */
function createBar(): SingleBar {
  return new SingleBar({
    format: `${process.stderr.isTTY ? '[{bar}] ' : ''}{percentage} % ({value} of {total} people)`,
    formatValue: (value, _, type) => (type === 'value' || type === 'total' ? format(value) : String(value)),
    barCompleteChar: '#',
    barIncompleteChar: '.',
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: SECONDS_PER_LINE * 1_000,
  })
}

function report(added: number, people: number): void {
  const change = added === 0 ? 'Nothing to add' : `Added ${format(added)} ${added === 1 ? 'person' : 'people'}`
  console.log(`${change}; the database has ${format(people)} ${people === 1 ? 'person' : 'people'}.`)
}

function format(count: number): string {
  return count.toLocaleString('en')
}

/** Why the database cannot be seeded, from `error`; null when only a stack trace helps. */
function explain(error: unknown): string | null {
  if (error instanceof OperatorError) return error.message
  switch (sqliteResultCode(error)) {
    case null:
      return null
    case SQLITE_BUSY:
      return `another program has been writing to it for more than ${BUSY_TIMEOUT_MS / 1_000} seconds; run the same command again`
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return 'it is not writable; check the permissions of the file and of its folder'
    case SQLITE_FULL:
      return 'its disk is full; free some space, and run the same command again'
    case SQLITE_NOTADB:
      return 'it is not a SQLite database; check DATABASE_URL'
    default:
      return errorMessage(error)
  }
}
