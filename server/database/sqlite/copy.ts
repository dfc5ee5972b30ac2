import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'

// A copy is readable by those who may read the database, and never by others than its user and group.
const MAX_MODE = 0o640
const MIN_MODE = 0o600

const DRAFT_SUFFIX = /^\.(?:\d{8}T\d{6}\.\d{3}Z\.)?[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.new(?:-journal|-wal|-shm)?$/
const STALE_AFTER_MS = 24 * 3_600_000

type CopyOptions = {
  /** The file that is written first. Two copies must not use the same one at the same time. */
  draft?: string
  /** Called with the complete draft; when it throws, there is no copy. */
  verify?: (draft: string) => void
}

/** Copies what is committed in `database`, while others may use it, to the new file `copy`, which appears complete or not at all. */
export function copyDatabase(database: DatabaseSync, copy: string, { draft = draftFile(copy), verify = () => {} }: CopyOptions = {}): void {
  removeDraft(draft)
  try {
    writeDraft(database, draft)
    verify(draft)
    moveIntoPlace(draft, copy)
  } finally {
    removeDraft(draft)
  }
}

/** Copies what is committed in `database` to the new file `draft`, which the caller removes or moves into place. */
export function writeDraft(database: DatabaseSync, draft: string): void {
  const { mode } = statSync(String(database.location()))
  // SQLite would create one that everyone may read.
  closeSync(openSync(draft, 'wx', (mode & MAX_MODE) | MIN_MODE))
  database.prepare('VACUUM INTO ?').run(draft)
}

/** A name that no other draft of `file` has. */
export function draftFile(file: string): string {
  return `${file}.${randomUUID()}.new`
}

/** Renames the finished `draft`, and returns once that is on the disk. */
export function moveIntoPlace(draft: string, file: string): void {
  // VACUUM INTO does not: https://sqlite.org/lang_vacuum.html#vacuuminto
  sync(draft)
  renameSync(draft, file)
  sync(dirname(file))
}

/** Removes `draft`, and what SQLite leaves beside it when the disk is full. */
export function removeDraft(draft: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(draft + suffix, { force: true })
}

/** Removes the drafts of `database` in `folder` that were left a day ago or earlier by a process that was killed. */
export function removeStaleDrafts(database: string, folder = dirname(database)): void {
  const name = basename(database)
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(name) || !DRAFT_SUFFIX.test(entry.slice(name.length))) continue
    const stats = statSync(join(folder, entry), { throwIfNoEntry: false })
    if (stats?.isFile() && Date.now() - stats.mtimeMs > STALE_AFTER_MS) rmSync(join(folder, entry), { force: true })
  }
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
