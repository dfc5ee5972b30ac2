import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { errorMessage, isErrorCode } from '../../errors.ts'

const SQLITE_HEADER = 'SQLite format 3\0'

// The people are private, and SQLite would create files that everyone may read.
const FOLDER_MODE = 0o750
const FILE_MODE = 0o640

// SQLite's shared memory does not work over a network: https://sqlite.org/wal.html. 9p and other kinds of fuse are missing as they may be local.
const NETWORK_TYPES =
  /^(?:nfs4?|cifs|smb[23]?|smbfs|afs|ceph|lustre|glusterfs|beegfs|ocfs2|gfs2|davfs|fuse\.(?:sshfs|s3fs|rclone|glusterfs|ceph|gcsfuse|goofys|juicefs|blobfuse2?|davfs2?))$/

/**
 * Creates `file`, empty, and its folder where they are missing. Returns its path without symbolic links: SQLite keeps its other files
 * beside that.
 * @throws when no database can be there; nothing is changed then.
 */
export function prepareDatabasePlace(file: string): string {
  refuseDanglingLinks(file)
  createFolder(dirname(file))
  const isThere = existsSync(file)
  const place = isThere ? realpathSync(file) : join(realpathSync(dirname(file)), basename(file))
  checkFolder(dirname(place))
  if (isThere) checkFile(place)
  else createDatabaseFile(place)
  return place
}

/** Creates `file`, empty, and its folder; leaves existing ones as they are. */
export function createDatabaseFile(file: string): void {
  createFolder(dirname(file))
  closeSync(openSync(file, 'a', FILE_MODE))
}

/**
 * Why `file` cannot be a database, to follow the word "it": "does not exist"; null when it is a regular file. To be called before it is
 * opened: opening a named pipe waits for its other end.
 */
export function fileProblem(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats === undefined) return 'does not exist'
    if (stats.isDirectory()) return 'is a folder'
    return stats.isFile() ? null : 'is not a regular file'
  } catch (error) {
    return `cannot be found: ${errorMessage(error)}`
  }
}

/** The type of the network file system that holds `folder`, an absolute path without symbolic links; null for a local one. */
export function networkFileSystem(folder: string, mounts = readMounts()): string | null {
  let best = { mountPoint: '', type: '' }
  for (const line of mounts.split('\n')) {
    // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html; of two mounts on one mount point, the later one counts.
    const [, mountPoint = '', type = ''] = /^(?:\S+ ){4}(\S+) .* - (\S+) /.exec(line) ?? []
    const path = mountPoint.replaceAll(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (path.length >= best.mountPoint.length && isWithin(folder, path)) best = { mountPoint: path, type }
  }
  return NETWORK_TYPES.test(best.type) ? best.type : null
}

// Most likely an unmounted disk: a new database in place of the link would hide the one on the disk.
function refuseDanglingLinks(path: string): void {
  // Throws when it cannot be found out: permission denied, or links in a circle.
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new Error(`${path} is a symbolic link to ${readlinkSync(path)}, which does not exist; mount its disk, or delete the link`)
  if (dirname(path) !== path) refuseDanglingLinks(dirname(path))
}

function createFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
}

function checkFolder(folder: string): void {
  const networkType = networkFileSystem(folder)
  if (networkType !== null)
    throw new Error(
      `${folder} is on a network file system (${networkType}), where SQLite loses data; move the database to a disk of this machine`,
    )
  // SQLite keeps the -wal and -shm files there.
  checkAccess(folder, constants.W_OK | constants.X_OK, 'its folder is not writable, and SQLite keeps files beside it')
}

function checkFile(file: string): void {
  const problem = fileProblem(file)
  if (problem !== null) throw new Error(`it ${problem}`)
  checkAccess(file, constants.R_OK, 'it is not readable')
  checkAccess(file, constants.W_OK, 'it is not writable')
  // A program that read the database as another user may have left them.
  for (const beside of [`${file}-wal`, `${file}-shm`, `${file}-journal`])
    if (existsSync(beside)) checkAccess(beside, constants.R_OK | constants.W_OK, `${beside} is not writable`)
  const { size } = statSync(file)
  if (size === 0 && sizeOf(`${file}-wal`) > 0)
    throw new Error(`it is empty but ${file}-wal is not: the file was truncated; restore a backup, or delete both files to start empty`)
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

function checkAccess(path: string, mode: number, problem: string): void {
  try {
    accessSync(path, mode)
  } catch (error) {
    if (isErrorCode(error, 'EROFS')) throw new Error(`${problem}: ${path} is mounted read-only; mount it writable`)
    const user = `${process.getuid?.()}:${process.getgid?.()}`
    throw new Error(`${problem}; make it writable for ${user}: chown -R ${user} ${path} (for a container: the directory mounted there)`)
  }
}

function isWithin(folder: string, mountPoint: string): boolean {
  return mountPoint !== '' && `${folder}${sep}`.startsWith(mountPoint.endsWith(sep) ? mountPoint : `${mountPoint}${sep}`)
}

// Only Linux has this file.
function readMounts(): string {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8')
  } catch {
    return ''
  }
}
