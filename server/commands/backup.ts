import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { findFreeBackupFile, removeOldBackups } from '../database/sqlite/backup-files.ts'
import { copyDatabase, removeStaleDrafts } from '../database/sqlite/copy.ts'
import { isDiskFull } from '../database/sqlite/disk-full.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { openDatabase } from '../database/sqlite/sqlite.ts'
import { verifyDatabase } from '../database/sqlite/verify.ts'
import { requireFile } from '../database/url.ts'
import { errorMessage, isErrorCode, OperatorError } from '../errors.ts'
import { formatBytes, formatPeople, formatSeconds } from '../format.ts'
import { readSettings } from '../settings.ts'

/**
 * Copies the database to the new file `target`, or into the folder `target` (by default beside the database) to a file named after the
 * time, and verifies the copy. With `keep`, removes older backups there that Roster named, except the newest `keep`.
 * @throws OperatorError when it cannot be copied or `target` exists; no file is left then, and none is removed.
 */
export function backup(target: string | undefined, keep: number | undefined): void {
  const databaseFile = requireFile(readSettings().database, 'roster backup', 'pg_dump or pgBackRest')
  const place = resolve(target ?? dirname(databaseFile))
  const isFolder = statSync(place, { throwIfNoEntry: false })?.isDirectory() ?? false
  const folder = isFolder ? place : dirname(place)
  if (keep !== undefined && !isFolder)
    throw new OperatorError(`--keep is for backups that Roster names, and ${place} is not a folder; name a folder, or leave out --keep`)
  try {
    const problem = fileProblem(databaseFile)
    if (problem !== null) throw new Error(`it ${problem}`)
    if (!existsSync(folder)) throw new Error(`there is no folder ${folder}; create it, or name another file`)
    const file = isFolder ? findFreeBackupFile(databaseFile, folder) : place
    if (existsSync(file)) throw new Error(`${file} already exists; name another file`)
    console.log(writeBackup(databaseFile, file))
    if (keep === undefined) return
    for (const old of removeOldBackups(databaseFile, folder, { newest: file, keep })) console.log(`Removed ${old}`)
  } catch (error) {
    throw new OperatorError(`The database ${databaseFile} cannot be backed up: ${explain(error, folder)}`)
  }
}

/** Returns a line about the backup. */
function writeBackup(databaseFile: string, file: string): string {
  const began = performance.now()
  let people = 0
  removeStaleDrafts(databaseFile, dirname(file))
  using database = openDatabase(databaseFile, { isReadOnly: true })
  copyDatabase(database, file, {
    verify: (draft) => {
      try {
        using copy = openDatabase(draft, { isReadOnly: true })
        people = verifyDatabase(copy)
      } catch (error) {
        throw new Error(`its copy was checked and removed: ${errorMessage(error)}; see roster check`)
      }
    },
  })
  return `Backed up ${formatPeople(people)} to ${file} (${formatBytes(statSync(file).size)}, ${formatSeconds(performance.now() - began)})`
}

function explain(error: unknown, folder: string): string {
  if (isDiskFull(error, folder)) return `the disk is full; free space in ${folder}, or name a folder on another disk`
  if (isErrorCode(error, 'EACCES')) return `user ${process.getuid?.()} may not write to ${folder}; name a folder of that user`
  return errorMessage(error)
}
