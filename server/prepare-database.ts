import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { applyMigrations, listMigrations, listPendingMigrations, listSchemaDifferences } from '../prisma/migrate.ts'
import { OperatorError } from '../prisma/operator-error.ts'
import { seedSamplePeople } from '../prisma/seed-database.ts'

const BUSY_TIMEOUT_MS = 5_000
const SQLITE_HEADER = 'SQLite format 3\0'

/**
 * Leaves `file` a migrated SQLite database that this Roster can serve, and tells how many people are in it.
 * A file that does not exist is made, with the sample people; one that does is only ever migrated.
 * @throws OperatorError when it can not be used; it is as it was then.
 */
export function prepareDatabase(file: string): { people: number } {
  try {
    if (!existsSync(file)) createDatabase(file)
    checkFile(file)
    return withDatabase(file, (database) => {
      migrate(database)
      // Stays with the file: readers and a writer no longer wait for each other.
      database.exec('PRAGMA journal_mode = WAL')
      return { people: Number(database.prepare('SELECT count(*) AS people FROM "User"').get()?.people) }
    })
  } catch (error) {
    throw new OperatorError(`The database ${file} can not be used: ${error instanceof Error ? error.message : error}`)
  }
}

// Made beside its place and then moved there: an interrupted start leaves no half-seeded database behind.
function createDatabase(file: string): void {
  console.log(`Creating ${file} …`)
  const draft = `${file}.new`
  mkdirSync(dirname(file), { recursive: true })
  rmSync(draft, { force: true })
  withDatabase(draft, (database) => {
    applyMigrations(database, listMigrations())
    seedSamplePeople(database)
  })
  renameSync(draft, file)
}

function checkFile(file: string): void {
  if (statSync(file).isDirectory()) throw new Error('it is a folder')
  checkAccess(file, constants.R_OK, 'it is not readable')
  checkAccess(file, constants.W_OK, 'it is not writable')
  // SQLite keeps the -wal and -shm files there.
  checkAccess(dirname(file), constants.W_OK | constants.X_OK, `its folder is not writable, and SQLite keeps files beside it`)
  const header = Buffer.alloc(SQLITE_HEADER.length)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, header)
  closeSync(descriptor)
  if (length > 0 && header.toString('latin1') !== SQLITE_HEADER) throw new Error('it is not a SQLite database')
}

function checkAccess(path: string, mode: number, complaint: string): void {
  try {
    accessSync(path, mode)
  } catch {
    throw new Error(complaint)
  }
}

function migrate(database: DatabaseSync): void {
  const pending = listPendingMigrations(database)
  if (pending.length > 0) {
    console.log(`Applying ${pending.map(({ name }) => name).join(', ')} …`)
    applyMigrations(database, pending)
  }
  const differences = listSchemaDifferences(database)
  if (differences.length > 0) {
    throw new Error(
      `its schema is not the one that the migrations make (${differences.join(', ')}); restore a backup, or see npx prisma migrate diff --help`,
    )
  }
}

function withDatabase<Result>(file: string, use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    return use(database)
  } finally {
    database.close()
  }
}
