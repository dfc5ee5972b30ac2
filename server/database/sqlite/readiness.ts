import { errorMessage } from '../../errors.ts'
import { fileProblem } from './file-checks.ts'
import { findNewestMigration, listPendingMigrations, listSchemaDifferences } from './migrate.ts'
import { CHECK_TIMEOUT_MS, openDatabase } from './sqlite.ts'

/**
 * Why pages cannot be served from the database in `file`, for the operator; null when they can. Not for a worker: closing this connection
 * would drop the POSIX locks of the one that it serves from.
 */
export function readinessProblem(file: string): string | null {
  try {
    const problem = fileProblem(file)
    if (problem !== null) return `the database file ${problem}`
    // Opened by its path each time: an open connection outlives the file.
    using database = openDatabase(file, { isReadOnly: true, busyTimeoutMs: CHECK_TIMEOUT_MS })
    const pending = listPendingMigrations(database)
    if (pending.length > 0) return `the database lacks migrations (${pending.map(({ name }) => name).join(', ')})`
    const differences = listSchemaDifferences(database)
    if (differences.length > 0) return `the schema of the database does not match the migrations (${differences.join(', ')})`
    database.prepare('SELECT "id" FROM "User" LIMIT 1').get()
    return null
  } catch (error) {
    return `the database cannot be read: ${errorMessage(error)}`
  }
}

/** The newest migration of the database in `file`, or null when it cannot be read. Not for a worker either. */
export function readDatabaseVersion(file: string): string | null {
  try {
    using database = openDatabase(file, { isReadOnly: true, busyTimeoutMs: CHECK_TIMEOUT_MS })
    return findNewestMigration(database)
  } catch {
    return null
  }
}
