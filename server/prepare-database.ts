import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { applyMigrations, listMigrations, listPendingMigrations, listSchemaDifferences, PAGE_BYTES } from '../prisma/migrate.ts'
import { OperatorError } from '../prisma/operator-error.ts'
import { countPeople, fillUp, seedSamplePeople } from '../prisma/seed-database.ts'
import { copyDatabase, syncFile } from './copy-database.ts'
import { findNetworkFileSystem } from './network-file-system.ts'
import type { Settings } from './settings.ts'

const BUSY_TIMEOUT_MS = 5_000
const SQLITE_HEADER = 'SQLite format 3\0'

// Less is as good as nothing: SQLite's files beside the database need as much as soon as it is opened.
const FULL_BELOW_BYTES = 2 ** 20
const SQLITE_IOERR = 10
const SQLITE_FULL = 13

type PrepareOptions = {
  /** The people in a database that is made. */
  seed?: Settings['seed']
  /** Is told what takes time. */
  report?: (line: string) => void
}

/**
 * Leaves `file` a migrated SQLite database that this Roster can serve, and tells how many people are in it.
 * A file that does not exist is made; one that does is only ever migrated, and a copy of it kept before.
 * @throws OperatorError when it can not be used; it is as it was then.
 */
export function prepareDatabase(file: string, { seed = 'samples', report = console.log }: PrepareOptions = {}): { people: number } {
  try {
    mkdirSync(dirname(file), { recursive: true })
    checkFolder(dirname(file))
    if (!existsSync(file)) {
      report(`Creating ${file} …`)
      createDatabase(file, seed)
    }
    checkFile(file)
    return withDatabase(file, (database) => {
      migrate(database, file, report)
      // Stays with the file: readers and a writer no longer wait for each other.
      database.exec('PRAGMA journal_mode = WAL')
      return { people: countPeople(database) }
    })
  } catch (error) {
    throw new OperatorError(`The database ${file} can not be used: ${explain(error, file)}`)
  }
}

// Made beside its place and then moved there: an interrupted start leaves no half-seeded database behind.
function createDatabase(file: string, seed: Settings['seed']): void {
  const draft = `${file}.new`
  rmSync(draft, { force: true })
  try {
    withDatabase(draft, (database) => {
      database.exec(`PRAGMA page_size = ${PAGE_BYTES}`)
      // Whatever is interrupted here is begun anew.
      database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -114688')
      applyMigrations(database, listMigrations())
      if (seed === 'samples') seedSamplePeople(database)
      else if (seed !== 'none') for (const _ of fillUp(database, seed));
    })
    syncFile(draft)
    renameSync(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
}

function checkFolder(folder: string): void {
  const networkType = findNetworkFileSystem(realpathSync(folder))
  if (networkType !== null)
    throw new Error(`${folder} is on a network file system (${networkType}), where SQLite loses data; keep it on a disk of this machine`)
  // SQLite keeps the -wal and -shm files there.
  checkAccess(folder, constants.W_OK | constants.X_OK, 'its folder is not writable, and SQLite keeps files beside it')
}

function checkFile(file: string): void {
  if (statSync(file).isDirectory()) throw new Error('it is a folder')
  checkAccess(file, constants.R_OK, 'it is not readable')
  checkAccess(file, constants.W_OK, 'it is not writable')
  const header = Buffer.alloc(SQLITE_HEADER.length)
  const descriptor = openSync(file, 'r')
  const length = readSync(descriptor, header)
  closeSync(descriptor)
  if (length > 0 && header.toString('latin1') !== SQLITE_HEADER) throw new Error('it is not a SQLite database')
}

function checkAccess(path: string, mode: number, complaint: string): void {
  try {
    accessSync(path, mode)
  } catch (error) {
    if (isCode(error, 'EROFS')) throw new Error(`${complaint}: ${path} is mounted read-only; mount it writable`)
    const user = `${process.getuid?.()}:${process.getgid?.()}`
    throw new Error(`${complaint}; let user ${user} write there: chown -R ${user} on what is ${path} here`)
  }
}

function migrate(database: DatabaseSync, file: string, report: (line: string) => void): void {
  const pending = listPendingMigrations(database)
  const [next] = pending
  if (next) {
    if (pending.length < listMigrations().length) {
      const copy = `${file}.before-${next.name}`
      report(`Keeping a copy of the database as ${copy} …`)
      copyDatabase(database, copy)
    }
    report(`Applying ${pending.map(({ name }) => name).join(', ')} …`)
    applyMigrations(database, pending)
  }
  const differences = listSchemaDifferences(database)
  if (differences.length > 0) {
    throw new Error(
      `its schema is not the one that the migrations make (${differences.join(', ')}); restore a backup, or see npx prisma migrate diff --help`,
    )
  }
}

function explain(error: unknown, file: string): string {
  if (isDiskFull(error, file)) return `its disk is full, nothing was changed; make room in ${dirname(file)}, or enlarge its volume`
  return error instanceof Error ? error.message : String(error)
}

function isDiskFull(error: unknown, file: string): boolean {
  if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT')) return true
  if (!(error instanceof Error)) return false
  // The low byte of SQLite's result code is the kind of error: https://sqlite.org/rescode.html
  const kind = 'errcode' in error ? Number(error.errcode) & 0xff : null
  if (kind === SQLITE_FULL) return true
  if (kind === SQLITE_IOERR) {
    const { bavail, bsize } = statfsSync(dirname(file))
    return bavail * bsize < FULL_BELOW_BYTES
  }
  return isDiskFull(error.cause, file)
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function withDatabase<Result>(file: string, use: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS })
  try {
    return use(database)
  } finally {
    database.close()
  }
}
