import { existsSync, readdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

// As `findFreeBackupFile` names them; those of version 0.2 have no milliseconds.
const TIME = /^\.\d{8}T\d{6}(?:\.\d{3})?Z$/

/** The path of a new file in `folder`, named after `databaseFile` and the time in UTC: roster.db.20261127T083000.000Z. Names sort by time. */
export function findFreeBackupFile(databaseFile: string, folder: string): string {
  for (let time = Date.now(); ; time += 1) {
    const file = join(folder, `${basename(databaseFile)}.${new Date(time).toISOString().replaceAll(/[-:]/g, '')}`)
    if (!existsSync(file)) return file
  }
}

/** Removes all backups of `databaseFile` in `folder` that Roster named, but `newest` and the `keep - 1` newest others. Returns their paths. */
export function removeOldBackups(databaseFile: string, folder: string, { newest, keep }: { newest: string; keep: number }): string[] {
  const name = basename(databaseFile)
  const old = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.startsWith(name) && TIME.test(entry.name.slice(name.length)))
    .map((entry) => join(folder, entry.name))
    .filter((file) => file !== newest)
    .sort()
    .reverse()
    .slice(keep - 1)
  for (const file of old) rmSync(file, { force: true })
  return old
}
