import { accessSync, closeSync, constants, existsSync, lstatSync, openSync, readlinkSync, readSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isErrorCode } from '../errors.ts'
import { createDatabaseFile, createDatabaseFolder } from './create-file.ts'
import { findFileFault } from './file-fault.ts'
import { findNetworkFileSystem } from './network-file-system.ts'

const SQLITE_HEADER = 'SQLite format 3\0'

/**
 * Has a file, an empty one at least, and its folder be where `file` says, and returns its path without symbolic links, beside which SQLite
 * keeps files of its own.
 * @throws when no database can be there; nothing is changed then.
 */
export function prepareDatabasePlace(file: string): string {
  refuseDanglingLinks(file)
  createDatabaseFolder(dirname(file))
  const isThere = existsSync(file)
  const place = isThere ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file))
  checkFolder(dirname(place))
  if (isThere) checkFile(place)
  else createDatabaseFile(place)
  return place
}

// A disk that is not mounted, most likely: a new database in the link's place would hide the one that is there.
function refuseDanglingLinks(path: string): void {
  // Throws where that cannot be told, for want of rights or as links lead in a circle.
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error(
      `${path} is a symbolic link to ${readlinkSync(path)}, which does not exist; mount the disk that it is on, or delete the link`,
    )
  if (dirname(path) !== path) refuseDanglingLinks(dirname(path))
}

function checkFolder(folder: string): void {
  const networkType = findNetworkFileSystem(folder)
  if (networkType !== null)
    throw new Error(`${folder} is on a network file system (${networkType}), where SQLite loses data; keep it on a disk of this machine`)
  // SQLite keeps the -wal and -shm files there.
  checkAccess(folder, constants.W_OK | constants.X_OK, 'its folder is not writable, and SQLite keeps files beside it')
}

function checkFile(file: string): void {
  const fault = findFileFault(file)
  if (fault !== null) throw new Error(`it ${fault}`)
  checkAccess(file, constants.R_OK, 'it is not readable')
  checkAccess(file, constants.W_OK, 'it is not writable')
  // Whoever looked into it as another user may have left them.
  for (const beside of [`${file}-wal`, `${file}-shm`, `${file}-journal`])
    if (existsSync(beside)) checkAccess(beside, constants.R_OK | constants.W_OK, `${beside} is not writable`)
  const { size } = statSync(file)
  if (size === 0 && sizeOf(`${file}-wal`) > 0)
    throw new Error(`it is empty, but ${file}-wal is not: its content was cut off; restore a backup, or delete both files to begin anew`)
  if (size > 0 && readHeader(file) !== SQLITE_HEADER) throw new Error('it is not a SQLite database')
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function readHeader(file: string): string {
  const header = Buffer.alloc(SQLITE_HEADER.length)
  const descriptor = openSync(file, 'r')
  try {
    readSync(descriptor, header)
  } finally {
    closeSync(descriptor)
  }
  return header.toString('latin1')
}

function checkAccess(path: string, mode: number, complaint: string): void {
  try {
    accessSync(path, mode)
  } catch (error) {
    if (isErrorCode(error, 'EROFS')) throw new Error(`${complaint}: ${path} is mounted read-only; mount it writable`)
    const user = `${process.getuid?.()}:${process.getgid?.()}`
    throw new Error(`${complaint}; let user ${user} write there: chown -R ${user} on what is ${path} here`)
  }
}
