import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

// https://sqlite.org/rescode.html
export const SQLITE_BUSY = 5
export const SQLITE_READONLY = 8
export const SQLITE_IOERR = 10
export const SQLITE_CORRUPT = 11
export const SQLITE_FULL = 13
export const SQLITE_CANTOPEN = 14
export const SQLITE_NOTADB = 26

/** How long a command waits for other programs that write. */
export const BUSY_TIMEOUT_MS = 5_000

/** How long a server's own checks wait: visitors and health checks wait with them. */
export const CHECK_TIMEOUT_MS = 1_000

const TRUNCATE_TIMEOUT_MS = 1_000

/**
 * The page size of new databases. With SQLite's default of 4,096 bytes, late pages of the list and common words read twice as many pages,
 * which takes half as long again.
 */
export const PAGE_BYTES = 8_192

// Rows arrive in random order of each index: with SQLite's default cache of 2 MB, loading takes twice as long.
const BULK_CACHE_KIB = 112 * 1_024

type OpenOptions = {
  isReadOnly?: boolean
  /** Nobody writes to the file, and nothing lies beside it: it is read without locks. */
  isImmutable?: boolean
  busyTimeoutMs?: number
}

/** Opens the SQLite database in `file`, which must exist: it is never created. Open it with `using`. */
export function openDatabase(
  file: string,
  { isReadOnly = false, isImmutable = false, busyTimeoutMs = BUSY_TIMEOUT_MS }: OpenOptions = {},
): DatabaseSync {
  const url = new URL(`${pathToFileURL(file)}?mode=${isReadOnly ? 'ro' : 'rw'}${isImmutable ? '&immutable=1' : ''}`)
  return new DatabaseSync(url, { readOnly: isReadOnly, timeout: busyTimeoutMs })
}

/** Gives this connection a cache that is large enough to load many people, or one of `kibibytes`. */
export function enlargeCache(database: DatabaseSync, kibibytes = BULK_CACHE_KIB): void {
  database.exec(`PRAGMA cache_size = -${kibibytes}`)
}

/** Runs `work` in a transaction, or in the open one: commits everything that it writes, or nothing when it throws. */
export function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  if (database.isTransaction) return work()
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

/**
 * Moves the -wal file into the database and truncates it; otherwise it keeps the size of the largest write while any process has the
 * database open. A reader or writer that takes longer than a second prevents it.
 */
export function truncateWal(database: DatabaseSync): void {
  try {
    database.exec(`PRAGMA busy_timeout = ${TRUNCATE_TIMEOUT_MS}; PRAGMA wal_checkpoint(TRUNCATE)`)
  } catch {
    // Committed rows are just as safe in the -wal file, for example when the disk is full.
  }
}

/** SQLite's primary result code in `error` or its cause; null when it did not come from SQLite. */
export function sqliteResultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  // The low byte is the primary code; extended codes use the others.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return sqliteResultCode(error.cause)
}
