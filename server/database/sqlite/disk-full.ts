import { statfsSync } from 'node:fs'
import { isErrorCode } from '../../errors.ts'
import { SQLITE_FULL, SQLITE_IOERR, sqliteResultCode } from './sqlite.ts'

// With less, the disk counts as full: opening the database alone takes as much for SQLite's other files.
const MIN_FREE_BYTES = 2 ** 20

/** Whether `error` means that the disk of `folder` is full. */
export function isDiskFull(error: unknown, folder: string): boolean {
  if (isErrorCode(error, 'ENOSPC') || isErrorCode(error, 'EDQUOT')) return true
  const code = sqliteResultCode(error)
  if (code === SQLITE_IOERR) {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize < MIN_FREE_BYTES
  }
  return code === SQLITE_FULL
}
