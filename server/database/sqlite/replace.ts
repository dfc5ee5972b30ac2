import { existsSync, linkSync, renameSync, rmSync, statSync } from 'node:fs'
import { backup } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { copyDatabase, moveIntoPlace } from './copy.ts'
import { BUSY_TIMEOUT_MS, openDatabase, SQLITE_CORRUPT, SQLITE_NOTADB, sqliteResultCode, truncateWal } from './sqlite.ts'

// At least two, so that `progress` is called between the first and the last one.
const STEPS = 50
const RETRY_EVERY_MS = 20

/**
 * Replaces the content of the database `file` by that of the database `draft`, whose pages have the same size, while others may use `file`.
 * Keeps the old content in the new file `kept`. `draft` may be moved. See docs/decisions/035.
 * @throws when it cannot; `file` is as it was then, and there is no `kept`.
 */
export async function replaceDatabase(draft: string, file: string, kept: string): Promise<void> {
  if (!isEmpty(file)) {
    try {
      await overwrite(draft, file, kept)
      return
    } catch (error) {
      const code = sqliteResultCode(error)
      if (code !== SQLITE_NOTADB && code !== SQLITE_CORRUPT) throw error
    }
  }
  swap(draft, file, kept)
}

/** Whether there is nothing at `file` to keep. */
export function isEmpty(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0
}

// In one transaction of SQLite: its lock keeps others from writing, and readers see the old content or the new.
async function overwrite(draft: string, file: string, kept: string): Promise<void> {
  {
    using source = openDatabase(draft, { isReadOnly: true })
    const { page_count: pages } = source.prepare('PRAGMA page_count').get() ?? {}
    let isKept = false
    // After the first step the lock is held, and nothing is committed: what is copied now is exactly what is replaced.
    const progress = () => {
      if (isKept) return
      using present = openDatabase(file, { isReadOnly: true })
      copyDatabase(present, kept)
      isKept = true
    }
    const copyPages = () => backup(source, file, { rate: Math.ceil(Number(pages) / STEPS), progress })
    for (const end = Date.now() + BUSY_TIMEOUT_MS; ; await wait(RETRY_EVERY_MS)) {
      try {
        await copyPages()
        break
      } catch (error) {
        rmSync(kept, { force: true })
        if (!isLocked(error) || Date.now() > end) throw error
      }
    }
  }
  emptyWal(file)
}

// The -wal file has become as large as the database.
function emptyWal(file: string): void {
  try {
    using database = openDatabase(file)
    truncateWal(database)
  } catch {
    // The new content is committed all the same, and a running Roster empties the file later.
  }
}

// Node's backup() waits for no lock and reports one as "not an error": it reads the code from the connection, which has none then.
function isLocked(error: unknown): boolean {
  return sqliteResultCode(error) === 0
}

/** For a file that SQLite cannot read or that is missing: nobody can have it open and write to it. */
function swap(draft: string, file: string, kept: string): void {
  {
    using database = openDatabase(draft)
    database.exec('PRAGMA journal_mode = WAL')
  }
  // SQLite would write what these hold into the new file: https://sqlite.org/howtocorrupt.html
  if (!isEmpty(file)) linkSync(file, kept)
  for (const suffix of ['-wal', '-journal']) if (existsSync(file + suffix)) renameSync(file + suffix, kept + suffix)
  rmSync(`${file}-shm`, { force: true })
  moveIntoPlace(draft, file)
}
