// https://sqlite.org/rescode.html
export const SQLITE_BUSY = 5
export const SQLITE_READONLY = 8
export const SQLITE_IOERR = 10
export const SQLITE_FULL = 13
export const SQLITE_CANTOPEN = 14
export const SQLITE_NOTADB = 26

/** The kind of error that SQLite reports in `error`, or in what caused it; null where it reports none. */
export function sqliteResultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  // The low byte is the kind, the others tell more.
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  return sqliteResultCode(error.cause)
}
