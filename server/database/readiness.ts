import { DatabaseSync } from 'node:sqlite'
import { errorMessage } from '../errors.ts'
import { findFileFault } from './file-fault.ts'
import { findNewestMigration, listPendingMigrations, listSchemaDifferences } from './migrate.ts'

/**
 * Why the database in `file` can not be served from right now, in words for the operator; null when it can. Not for a process that serves
 * from it: see `findUnreadiness` of ask-readiness.ts.
 */
export function findUnreadiness(file: string): string | null {
  try {
    // Opened anew by its path: a connection that is open outlives the file.
    const fault = findFileFault(file)
    if (fault !== null) return `the database file ${fault}`
    const database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 })
    try {
      const pending = listPendingMigrations(database)
      if (pending.length > 0) return `the database lacks migrations (${pending.map(({ name }) => name).join(', ')})`
      const differences = listSchemaDifferences(database)
      if (differences.length > 0) return `the schema of the database is not the one that this build expects (${differences.join(', ')})`
      database.prepare('SELECT "id" FROM "User" LIMIT 1').get()
      return null
    } finally {
      database.close()
    }
  } catch (error) {
    return `the database can not be read: ${errorMessage(error)}`
  }
}

/** The newest migration of the database in `file`, or null where that can not be read. Nor is this for a process that serves from it. */
export function readDatabaseVersion(file: string): string | null {
  try {
    using database = new DatabaseSync(file, { readOnly: true, timeout: 1_000 })
    return findNewestMigration(database)
  } catch {
    return null
  }
}
