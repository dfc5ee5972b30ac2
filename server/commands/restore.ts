import { realpathSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { findFreeBackupFile } from '../database/sqlite/backup-files.ts'
import { draftFile, removeDraft, removeStaleDrafts } from '../database/sqlite/copy.ts'
import { isDiskFull } from '../database/sqlite/disk-full.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { readinessProblem } from '../database/sqlite/readiness.ts'
import { isEmpty, replaceDatabase } from '../database/sqlite/replace.ts'
import { countPeople } from '../database/sqlite/seed.ts'
import { BUSY_TIMEOUT_MS, openDatabase, PAGE_BYTES, SQLITE_CANTOPEN, SQLITE_READONLY, sqliteResultCode } from '../database/sqlite/sqlite.ts'
import { type StagedDatabase, stageDatabase } from '../database/sqlite/stage.ts'
import { hasMigrationsTable } from '../database/sqlite/verify.ts'
import { requireFile } from '../database/url.ts'
import { errorMessage, isErrorCode, OperatorError } from '../errors.ts'
import { formatPeople, formatSeconds } from '../format.ts'
import { readSettings } from '../settings.ts'

/**
 * Replaces the database by that in the file `backup`, and keeps the old one beside it. Asks on a terminal, unless `isConfirmed`.
 * @throws OperatorError when it cannot; nothing is changed then.
 */
export async function restore(backup: string, isConfirmed: boolean): Promise<void> {
  const databaseFile = requireFile(readSettings().database, 'roster restore', 'pg_restore or pgBackRest')
  const source = resolve(backup)
  const problem = fileProblem(source)
  if (problem !== null) throw new OperatorError(`${source} cannot be restored: it ${problem}`)
  if (!isConfirmed && !process.stdin.isTTY)
    throw new OperatorError(`${source} cannot be restored: there is no terminal to ask on; add --yes to replace ${databaseFile}`)
  try {
    await restoreTo(resolveLinks(databaseFile), source, isConfirmed)
  } catch (error) {
    throw new OperatorError(`${source} cannot be restored: ${explain(error, databaseFile)}`)
  }
  const reason = readinessProblem(databaseFile)
  if (reason !== null) throw new OperatorError(`${source} is restored, but pages cannot be served: ${reason}; see roster status`)
}

async function restoreTo(file: string, source: string, isConfirmed: boolean): Promise<void> {
  const present = describePresent(file)
  if (isSameFile(source, file)) throw new Error('it is the database itself; name a backup')
  removeStaleDrafts(file)
  const draft = draftFile(file)
  try {
    console.log(`Checking a copy of ${source} …`)
    const staged = stage(source, draft, present.pageBytes)
    const kept = isEmpty(file) ? null : findFreeBackupFile(file, dirname(file))
    console.log(`  Backup    ${describeBackup(source, staged)}\n  Replaces  ${present.text}`)
    if (kept !== null) console.log(`  Kept as   ${kept}`)
    if (!isConfirmed && !(await confirm('Restore the backup? [y/N] '))) {
      console.log('Nothing was changed.')
      return
    }
    const began = performance.now()
    await replaceDatabase(draft, file, kept ?? findFreeBackupFile(file, dirname(file)))
    console.log(`Restored ${formatPeople(staged.people)} (${formatSeconds(performance.now() - began)}). A running Roster serves them now.`)
  } finally {
    removeDraft(draft)
  }
}

type Present = { text: string; pageBytes: number }

/** @throws Error when the database that is there is not Roster's. */
function describePresent(file: string): Present {
  if (isEmpty(file)) return { text: `nothing: ${file} does not exist, or is empty`, pageBytes: PAGE_BYTES }
  try {
    using database = openDatabase(file, { isReadOnly: true })
    const isBlank = database.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
    if (!isBlank && !hasMigrationsTable(database))
      throw new OperatorError(`${file} belongs to another program; name another file in DATABASE_URL`)
    const { page_size: pageBytes } = database.prepare('PRAGMA page_size').get() ?? {}
    const people = isBlank ? 0 : countPeople(database)
    return { text: `${file}: ${formatPeople(people)}, last changed ${lastChange(file)}`, pageBytes: Number(pageBytes) }
  } catch (error) {
    if (error instanceof OperatorError) throw error
    return { text: `${file}, which cannot be read: ${errorMessage(error)}`, pageBytes: PAGE_BYTES }
  }
}

function stage(source: string, draft: string, pageBytes: number): StagedDatabase {
  try {
    return stageDatabase(source, draft, pageBytes)
  } catch (error) {
    const code = sqliteResultCode(error)
    if (code === null || isDiskFull(error, dirname(draft))) throw error
    if (code === SQLITE_CANTOPEN) throw new Error(`user ${process.getuid?.()} may not read it; copy it to a folder of that user`)
    throw new Error(`it cannot be read: ${errorMessage(error)}; name another backup`)
  }
}

function describeBackup(source: string, { people, migrations }: StagedDatabase): string {
  const age = migrations.length === 0 ? '' : `; the copy was migrated: ${migrations.join(', ')}`
  return `${source}: ${formatPeople(people)}, last changed ${lastChange(source)}${age}`
}

/** The time of the last write to `file` or to the -wal file beside it. */
function lastChange(file: string): string {
  const times = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0)
  return new Date(Math.max(...times)).toISOString().replace(/\.\d+Z$/, 'Z')
}

function confirm(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  return new Promise((resolve) => {
    // Ctrl-C or Ctrl-D.
    terminal.once('close', () => resolve(false))
    terminal.question(question, (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      terminal.close()
    })
  })
}

/** The path of `file` without symbolic links: SQLite keeps its other files beside that. */
function resolveLinks(file: string): string {
  return statSync(file, { throwIfNoEntry: false }) === undefined ? file : realpathSync(file)
}

function isSameFile(one: string, other: string): boolean {
  const [first, second] = [one, other].map((path) => statSync(path, { throwIfNoEntry: false }))
  return first !== undefined && first.ino === second?.ino && first.dev === second.dev
}

function explain(error: unknown, file: string): string {
  if (isDiskFull(error, dirname(file)))
    return `the disk is full, nothing was changed; free space in ${dirname(file)}: it needs three times the size of the backup`
  const code = sqliteResultCode(error)
  if (code === 0)
    return `another program has been writing to ${file} for more than ${BUSY_TIMEOUT_MS / 1_000} seconds; stop it (fuser -v ${file} names it), and try again`
  if (code === SQLITE_READONLY || isErrorCode(error, 'EACCES'))
    return `user ${process.getuid?.()} may not write to ${file} and its folder; run it as their owner`
  return errorMessage(error)
}
