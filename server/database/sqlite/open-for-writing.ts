import type { DatabaseSync } from 'node:sqlite'
import { errorMessage, OperatorError } from '../../errors.ts'
import { fileProblem } from './file-checks.ts'
import { listPendingMigrations } from './migrate.ts'
import {
  BUSY_TIMEOUT_MS,
  openDatabase,
  SQLITE_BUSY,
  SQLITE_CANTOPEN,
  SQLITE_FULL,
  SQLITE_NOTADB,
  SQLITE_READONLY,
  sqliteResultCode,
} from './sqlite.ts'

// Loading fills the indexes in random order: a checkpoint after each 1,000 pages, SQLite's default, would write most pages again and again.
// The -wal file may grow to 400 MB instead.
const PAGES_PER_CHECKPOINT = 50_000

/**
 * Opens the database in `file` to write many people into it.
 * @throws OperatorError when it is missing or lacks migrations.
 */
export function openForWriting(file: string): DatabaseSync {
  const problem = fileProblem(file)
  if (problem !== null) throw new OperatorError(`it ${problem}; create it with roster prepare, or check DATABASE_URL`)
  const database = openDatabase(file)
  if (listPendingMigrations(database).length > 0) throw new OperatorError('it lacks migrations; apply them with roster prepare')
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${PAGES_PER_CHECKPOINT}`)
  return database
}

/** Why people cannot be written, from `error`; null when only a stack trace helps. */
export function writeProblem(error: unknown): string | null {
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
