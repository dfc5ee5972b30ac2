import { closeSync, fstatSync, openSync, realpathSync, renameSync, rmSync, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Logger } from 'pino'
import { errorMessage, OperatorError } from '../errors.ts'

// SQLite finds them beside the database by their names alone. The last one is there where a tool has left WAL mode, while it writes.
const COMPANIONS = ['-wal', '-shm', '-journal']

const LOOK_EVERY_MS = 1_000

// Writers put 1,000 pages (8 MB) into a -wal before they empty it; one that has grown larger stays as large for ever.
const LARGE_WAL_BYTES = 16 * 2 ** 20
const QUIET_MS = 2_000
const LOOK_AT_WAL_EVERY_MS = 5_000
// Whoever writes meanwhile has to wait as long.
const BUSY_TIMEOUT_MS = 50

/**
 * The file of the database that is served, as the master looks after it. When another file takes its place, the -wal and -shm of the one
 * before are taken out of the way: SQLite would write what they hold into the new file, and destroy it.
 * https://sqlite.org/howtocorrupt.html#unlinking_or_renaming_a_database_file_while_in_use
 *
 * None of this may run while this process has the database open: to close a file drops all locks that a process has on it.
 */
export class DatabaseFile {
  readonly #path: string
  readonly #log: Logger
  /** Open, so that the system gives its number to no other file. */
  #descriptor: number | null = null
  readonly #companions = new Map<string, number>()

  constructor(path: string, log: Logger) {
    this.#path = path
    this.#log = log
  }

  /**
   * To be called before the database is opened by its path.
   * @throws OperatorError when files of the database before lie in the way of the one that is there now.
   */
  look(): void {
    const file = readPlace(this.#path)
    if (file === null) return
    if (this.#descriptor === null || !this.#isSame(file)) {
      if (this.#descriptor !== null) this.#clearAway(file.path)
      this.#hold(file.path)
    }
    for (const suffix of COMPANIONS) {
      const id = readId(file.path + suffix)
      if (id === null) this.#companions.delete(suffix)
      else this.#companions.set(suffix, id)
    }
  }

  /** What `read` reads at the path of the database. */
  read<Result>(read: (path: string) => Result): Result {
    this.look()
    return read(this.#path)
  }

  /** Looks each second, and as soon as one of these files comes or goes. */
  watch(): void {
    const look = () => {
      try {
        this.look()
      } catch (error) {
        this.#log.error(errorMessage(error))
      }
    }
    setInterval(look, LOOK_EVERY_MS).unref()
    setInterval(() => this.#isWalLarge() && this.emptyWal(), LOOK_AT_WAL_EVERY_MS).unref()
    for (const path of new Set([this.#path, readPlace(this.#path)?.path ?? this.#path])) {
      try {
        watch(dirname(path), { persistent: false })
          .on('change', (event, name) => event === 'rename' && String(name).startsWith(basename(path)) && look())
          .on('error', (error) => this.#log.debug(error.message))
      } catch {
        // The system has no more watches to give.
      }
    }
  }

  /** Moves what the -wal holds into the database, as far as nobody is in the way, and makes it small again. */
  emptyWal(): void {
    try {
      this.look()
      // Not made where there is none.
      using database = new DatabaseSync(`${pathToFileURL(this.#path).href}?mode=rw`, { timeout: BUSY_TIMEOUT_MS })
      const file = readPlace(this.#path)
      // The file that was opened, which has used no -wal yet.
      if (file === null || !this.#isSame(file)) return
      // At first without any lock that a writer would have to wait for.
      const { log, checkpointed } = database.prepare('PRAGMA wal_checkpoint(PASSIVE)').get() ?? {}
      if (log === checkpointed) database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch (error) {
      this.#log.debug(`The -wal of ${this.#path} stays as it is: ${errorMessage(error)}`)
    }
  }

  #isSame({ device, id }: Place): boolean {
    if (this.#descriptor === null) return false
    const { dev, ino } = fstatSync(this.#descriptor)
    return dev === device && ino === id
  }

  #hold(path: string): void {
    try {
      const descriptor = openSync(path, 'r')
      if (this.#descriptor !== null) closeSync(this.#descriptor)
      this.#descriptor = descriptor
    } catch {
      // Gone again, or not ours to read: whoever opens it will say so.
    }
  }

  #clearAway(path: string): void {
    // What they hold is of use where the database before is kept under another name.
    const isKept = this.#descriptor !== null && fstatSync(this.#descriptor).nlink > 0
    const kept = `${path}.replaced-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
    try {
      for (const suffix of COMPANIONS) {
        const id = this.#companions.get(suffix)
        // Another one came with the new database.
        if (id === undefined || readId(path + suffix) !== id) continue
        if (isKept && suffix !== '-shm' && statSync(path + suffix).size > 0) {
          renameSync(path + suffix, kept + suffix)
          this.#log.warn(`${kept}${suffix} belongs to the database that was moved away; before you use that again, move it to ${kept}`)
        } else rmSync(path + suffix, { force: true })
      }
    } catch (error) {
      throw new OperatorError(
        `${path} was replaced, and what belongs to the file before could not be removed (${errorMessage(error)}); stop Roster, remove ${path}-wal and ${path}-shm, and start it`,
      )
    }
    this.#log.warn(`Another file has taken the place of ${path}; it is served from now on`)
  }

  #isWalLarge(): boolean {
    const file = readPlace(this.#path)
    const wal = file && statSync(`${file.path}-wal`, { throwIfNoEntry: false })
    // One that somebody writes to is not in need of it yet, and a writer that does not wait would fail.
    return wal != null && wal.size > LARGE_WAL_BYTES && Date.now() - wal.mtimeMs > QUIET_MS
  }
}

type Place = { path: string; device: number; id: number }

/** The file at `path`, where symbolic links lead: there, SQLite has the files beside it. Null when there is none. */
function readPlace(path: string): Place | null {
  try {
    const real = realpathSync(path)
    const { dev, ino } = statSync(real)
    return { path: real, device: dev, id: ino }
  } catch {
    return null
  }
}

function readId(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null
}
