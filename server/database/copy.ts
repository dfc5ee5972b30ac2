import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

// A copy is readable by those who may read the database, and never by others than its user and group.
const MAX_MODE = 0o640
const MIN_MODE = 0o600

/**
 * Copies what is committed in `database`, while others may use it, to the new file `copy`, which appears complete or not at all.
 * It is written as `draft` first, which must not be used by two copies at the same time.
 */
export function copyDatabase(database: DatabaseSync, copy: string, draft = `${copy}.${randomUUID()}.new`): void {
  remove(draft)
  try {
    const { mode } = statSync(String(database.location()))
    // SQLite would create one that everyone may read.
    closeSync(openSync(draft, 'wx', (mode & MAX_MODE) | MIN_MODE))
    database.prepare('VACUUM INTO ?').run(draft)
    // VACUUM INTO does not: https://sqlite.org/lang_vacuum.html#vacuuminto
    sync(draft)
    renameSync(draft, copy)
    sync(dirname(copy))
  } finally {
    remove(draft)
  }
}

// SQLite leaves the journal of a copy when the disk is full.
function remove(draft: string): void {
  for (const path of [draft, `${draft}-journal`]) rmSync(path, { force: true })
}

/** Returns once the file or folder at `path` is on the disk. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
