import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'

/** Writes all that is committed in `database`, whoever uses it meanwhile, to `copy`: a file of its own, there as a whole or not at all. */
export function copyDatabase(database: DatabaseSync, copy: string): void {
  const draft = `${copy}.new`
  rmSync(draft, { force: true })
  try {
    database.prepare('VACUUM INTO ?').run(draft)
    // SQLite leaves that to the system: https://sqlite.org/lang_vacuum.html#vacuuminto
    syncFile(draft)
    renameSync(draft, copy)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Waits until `file` is on the disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
