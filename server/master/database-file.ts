import { closeSync, fstatSync, openSync, realpathSync, renameSync, rmSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import { readDatabaseVersion, readinessProblem } from '../database/sqlite/readiness.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import type { ServedDatabase } from './served-database.ts'

// SQLite finds these files by their names beside the database. There is a -journal while a tool writes that has left WAL mode.
const COMPANION_SUFFIXES = ['-wal', '-shm', '-journal']

const CHECK_EVERY_MS = 1_000

// SQLite empties a -wal at 1,000 pages (8 MB), but does not shrink one that has grown larger.
const LARGE_WAL_BYTES = 16 * 2 ** 20
const QUIET_MS = 2_000
const CHECK_WAL_EVERY_MS = 5_000
// Other writers wait as long, too.
const BUSY_TIMEOUT_MS = 50

/**
 * The file of the database that is served, as the master watches it. When another file replaces it, the -wal and -shm files of the old one
 * are moved out of the way: SQLite would write their content into the new file and so destroy it.
 * https://sqlite.org/howtocorrupt.html#unlinking_or_renaming_a_database_file_while_in_use
 *
 * Nothing here may be called while this process has the database open: closing a file drops all of a process's locks on it.
 */
export class DatabaseFile implements ServedDatabase {
  readonly #path: string
  readonly #log: Logger
  /** Open, so that the system gives the inode number of the present file to no other one. */
  #descriptor: number | null = null
  /** The inode number of each companion of the present file, by suffix. */
  readonly #companions = new Map<string, number>()

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  async expectReady(): Promise<void> {
    const problem = readinessProblem(this.#path)
    if (problem !== null) throw new OperatorError(`${this.#path} cannot be served: ${problem}`)
  }

  /** Checks each second, and as soon as one of these files comes or goes, whether the file was replaced. Keeps its -wal small. */
  watch(): void {
    const check = () => {
      try {
        this.check()
      } catch (error) {
        this.#log.error(errorMessage(error))
      }
    }
    setInterval(check, CHECK_EVERY_MS).unref()
    setInterval(() => this.#isWalLarge() && this.#emptyWal(), CHECK_WAL_EVERY_MS).unref()
    for (const path of new Set([this.#path, findFile(this.#path)?.path ?? this.#path])) {
      try {
        watch(dirname(path), { persistent: false })
          .on('change', (event, name) => event === 'rename' && String(name).startsWith(basename(path)) && check())
          .on('error', (error) => this.#log.debug(error.message))
      } catch {
        // The system has no watches left.
      }
    }
  }

  /**
   * Makes sure that only companions of the file that is there now lie beside it. To be called before the database is opened.
   * @throws OperatorError when those of the file before cannot be removed.
   */
  check(): void {
    const file = findFile(this.#path)
    if (file === null) return
    if (this.#descriptor === null) this.#hold(file.path)
    else if (!this.#isHeld(file)) {
      this.#clearCompanions(file.path)
      this.#hold(file.path)
    }
    for (const suffix of COMPANION_SUFFIXES) {
      const inode = findInode(file.path + suffix)
      if (inode === null) this.#companions.delete(suffix)
      else this.#companions.set(suffix, inode)
    }
  }

  async readinessProblem(): Promise<string | null> {
    try {
      this.check()
      return readinessProblem(this.#path)
    } catch (error) {
      return errorMessage(error)
    }
  }

  async readVersion(): Promise<string | null> {
    this.check()
    return readDatabaseVersion(this.#path)
  }

  leave(): void {
    this.#emptyWal()
  }

  /** Moves the content of the -wal into the database, unless another process is in the way, and truncates it. */
  #emptyWal(): void {
    try {
      this.check()
      // mode=rw: never creates a database.
      using database = new DatabaseSync(`${pathToFileURL(this.#path).href}?mode=rw`, { timeout: BUSY_TIMEOUT_MS })
      // Before it is used: another file may have been opened than the one that was checked.
      const file = findFile(this.#path)
      if (file === null || !this.#isHeld(file)) return
      // First without a lock that writers would have to wait for.
      const { log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
      if (log === checkpointed) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      this.#log.debug(`${this.#path}-wal could not be emptied: ${errorMessage(error)}`)
    }
  }

  #hold(path: string): void {
    try {
      const descriptor = openSync(path, 'r')
      if (this.#descriptor !== null) closeSync(this.#descriptor)
      this.#descriptor = descriptor
    } catch {
      // Gone again, or not readable: opening the database will report it.
    }
  }

  #isHeld({ device, inode }: File): boolean {
    if (this.#descriptor === null) return false
    const { dev, ino } = fstatSync(this.#descriptor)
    return dev === device && ino === inode
  }

  #clearCompanions(path: string): void {
    // A file that was moved, not removed, may still be needed, and what its companions hold, too.
    const isMoved = this.#descriptor !== null && fstatSync(this.#descriptor).nlink > 0
    const kept = `${path}.replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
    try {
      for (const suffix of COMPANION_SUFFIXES) {
        const inode = this.#companions.get(suffix)
        // One with another inode belongs to the new file.
        if (inode === undefined || findInode(path + suffix) !== inode) continue
        if (isMoved && suffix !== '-shm' && statSync(path + suffix).size > 0) {
          renameSync(path + suffix, kept + suffix)
          this.#log.warn(
            `${kept}${suffix} belongs to the database file that was moved away; before you use that file again, move it to ${kept}`,
          )
        } else rmSync(path + suffix, { force: true })
      }
    } catch (error) {
      throw new OperatorError(
        `${path} was replaced, but files of the old database beside it could not be removed: ${errorMessage(error)}; stop Roster, remove ${path}-wal and ${path}-shm, then start it`,
      )
    }
    this.#log.warn(`${path} was replaced by another file; serving the new one`)
  }

  /** Whether its -wal should be emptied here: not while another process writes to it, which could fail if it does not wait. */
  #isWalLarge(): boolean {
    const file = findFile(this.#path)
    const wal = file && statSync(`${file.path}-wal`, { throwIfNoEntry: false })
    return wal != null && wal.size > LARGE_WAL_BYTES && Date.now() - wal.mtimeMs > QUIET_MS
  }
}

type File = { path: string; device: number; inode: number }

/** The file at `path` with symbolic links followed, as SQLite does for the companions; null when there is none. */
function findFile(path: string): File | null {
  try {
    const real = realpathSync(path)
    const { dev, ino } = statSync(real)
    return { path: real, device: dev, inode: ino }
  } catch {
    return null
  }
}

function findInode(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null
}
