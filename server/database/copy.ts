import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

// Whoever may not read the database may not read its copy either; nobody but its user and group ever may.
const MOST_RIGHTS = 0o640
const OWN_RIGHTS = 0o600

/**
 * Writes all that is committed in `database`, whoever uses it meanwhile, to `copy`: a file of its own, there as a whole or not at all.
 * Until it is whole it is called `draft`, which nobody else may use at the same time.
 */
export function copyDatabase(database: DatabaseSync, copy: string, draft = `${copy}.${randomUUID()}.new`): void {
  remove(draft)
  try {
    const { mode } = statSync(String(database.location()))
    // SQLite would make one that everybody may read.
    closeSync(openSync(draft, 'wx', (mode & MOST_RIGHTS) | OWN_RIGHTS))
    database.prepare('VACUUM INTO ?').run(draft)
    // SQLite leaves that to the system: https://sqlite.org/lang_vacuum.html#vacuuminto
    sync(draft)
    renameSync(draft, copy)
    sync(dirname(copy))
  } finally {
    remove(draft)
  }
}

// SQLite leaves the journal of a copy for which there is no room.
function remove(draft: string): void {
  for (const path of [draft, `${draft}-journal`]) rmSync(path, { force: true })
}

/** Waits until the file or folder at `path` is on the disk. */
function sync(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
