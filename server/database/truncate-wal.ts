import type { DatabaseSync } from 'node:sqlite'

const LONGEST_WAIT_MS = 1_000

/**
 * Moves what is in the -wal file into the database and cuts that file off, which otherwise keeps the size of the largest write for as long
 * as anybody has the database open. Who reads or writes for longer than a second prevents it.
 */
export function truncateWal(database: DatabaseSync): void {
  try {
    database.exec(`PRAGMA busy_timeout = ${LONGEST_WAIT_MS}; PRAGMA wal_checkpoint(TRUNCATE)`)
  } catch {
    // What is committed is as safe where it is, on a disk that is full for example.
  }
}
