import { rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { findFreeBackupFile } from '../database/sqlite/backup-files.ts'
import { copyDatabase } from '../database/sqlite/copy.ts'
import { openForWriting, writeProblem } from '../database/sqlite/open-for-writing.ts'
import { countPeople } from '../database/sqlite/seed.ts'
import { enlargeCache, openDatabase, truncateWal } from '../database/sqlite/sqlite.ts'
import { requireFile } from '../database/url.ts'
import { OperatorError } from '../errors.ts'
import { canCommit, type ImportOptions, importPeople } from '../import/import-people.ts'
import type { Plan } from '../import/plan.ts'
import { type ReadOptions, readPeople } from '../import/read-people.ts'
import { describeRefusedRows, writeReport } from '../import/refused-rows.ts'
import { openSource } from '../import/source.ts'
import { stageRows } from '../import/stage.ts'
import { readSettings } from '../settings.ts'
import { createProgressBar } from './progress-bar.ts'

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

const MAX_SHOWN_ROWS = 20
const REFUSED_STATUS = 1

// Smaller ones take about a second.
const MIN_BAR_PEOPLE = 10_000
const MIN_BAR_BYTES = 2 ** 22
const BYTES_PER_MEGABYTE = 1e6

export type ImportSettings = Pick<ReadOptions, 'format' | 'encoding' | 'columns'> &
  Pick<ImportOptions, 'key' | 'mode' | 'isDryRun' | 'isBadSkipped' | 'maxDelete'> & {
    /** The file for all refused rows. */
    report: string | null
  }

/** A signal has ended the import. */
class Interruption extends Error {
  readonly exitStatus: number

  constructor(exitStatus: number) {
    super('interrupted')
    this.exitStatus = exitStatus
  }
}

/**
 * Imports the people of the file at `path`, or of stdin for "-". Returns the exit status: 0, or 1 when rows are refused.
 * @throws OperatorError when the file or the database cannot be used; nothing is changed then.
 */
export async function importFile(path: string, settings: ImportSettings): Promise<number> {
  const databaseFile = requireFile(readSettings().database, 'roster import')
  // By default SQLite takes a folder that may be a small one in memory; the one of the database has room for the people anyway.
  process.env.SQLITE_TMPDIR ??= dirname(databaseFile)
  using database = open(databaseFile)
  try {
    await stageFile(database, path, settings)
    // Not before: sorting the rows would take as much memory, too.
    enlargeCache(database)
    const plan = await writePeople(database, databaseFile, settings)
    reportResult(database, plan, settings)
    return plan.refused > 0 ? REFUSED_STATUS : 0
  } catch (error) {
    if (error instanceof Interruption) {
      console.error('Interrupted; nothing was changed.')
      return error.exitStatus
    }
    if (error instanceof OperatorError)
      throw new OperatorError(`${path === '-' ? 'The input' : path} cannot be imported, nothing was changed: ${error.message}`)
    throw databaseError(databaseFile, error)
  }
}

function open(databaseFile: string): DatabaseSync {
  try {
    return openForWriting(databaseFile)
  } catch (error) {
    throw databaseError(databaseFile, error)
  }
}

/** What the operator reads about `error`, or the error itself when only a stack trace helps. */
function databaseError(databaseFile: string, error: unknown): unknown {
  const problem = writeProblem(error)
  return problem === null ? error : new OperatorError(`The database ${databaseFile} cannot be changed: ${problem}`)
}

async function stageFile(database: DatabaseSync, path: string, { key, mode, report, ...settings }: ImportSettings): Promise<void> {
  if (report !== null && path !== '-' && isSameFile(path, report)) throw new OperatorError('--report names the same file; name another one')
  const source = await openSource(path)
  const bar = createProgressBar('Read {percentage} % ({value} of {total} MB)')
  if (source.size !== null && source.size >= MIN_BAR_BYTES) bar.start(Math.ceil(source.size / BYTES_PER_MEGABYTE), 0)
  const people = readPeople(source, {
    ...settings,
    path,
    isIdWanted: key === 'id',
    note: (line) => console.error(line),
    onNextPage: (address) => {
      if (mode === 'mirror') throw new OperatorError(`it is one page of several, and the next one is ${address}; mirror a whole export`)
      console.error(`The file is one page of several; the next one is ${address}`)
    },
  })
  try {
    const count = await stageRows(database, people, () => bar.update(Math.floor(source.bytesRead() / BYTES_PER_MEGABYTE)))
    if (count === 0 && mode === 'mirror') throw new OperatorError('it has no people, and mirroring it would remove everybody')
    const isKeyThere = database.prepare(`SELECT 1 FROM "ImportRow" WHERE "${key}" IS NOT NULL OR "fault" IS NOT NULL LIMIT 1`).get()
    if (count > 0 && mode !== 'add' && isKeyThere === undefined)
      throw new OperatorError(`no row has the ${key} by which people are found; choose another --key, or name the column with --columns`)
  } finally {
    bar.stop()
  }
}

async function writePeople(database: DatabaseSync, databaseFile: string, settings: ImportSettings): Promise<Plan> {
  let exitStatus = 0
  // Once: a second Ctrl-C ends the process at once, and nothing is changed then, either.
  for (const [signal, status] of SIGNALS) process.once(signal, () => (exitStatus = status))
  const bar = createProgressBar('{percentage} % ({value} of {total} people, {rate} a second, {secondsLeft} s left)')
  const startedAt = performance.now()
  let copy: string | null = null
  let isCommitted = false
  let isReported = settings.report === null
  const writeReportOnce = () => {
    if (settings.report !== null && !isReported) writeReport(database, settings.report)
    isReported = true
  }
  try {
    const plan = await importPeople(database, {
      ...settings,
      onBeforeWrite: () => {
        if (settings.mode === 'mirror') copy = keepCopy(databaseFile)
      },
      onBeforeCommit: writeReportOnce,
      onProgress: (written, total) => {
        const perSecond = Math.max(1, (written * 1_000) / (performance.now() - startedAt))
        const pace = { rate: format(Math.round(perSecond)), secondsLeft: format(Math.ceil((total - written) / perSecond)) }
        if (total >= MIN_BAR_PEOPLE && !bar.isActive) bar.start(total, 0, pace)
        bar.update(written, pace)
      },
      checkInterruption: () => {
        if (exitStatus !== 0) throw new Interruption(exitStatus)
      },
    })
    isCommitted = canCommit(plan, settings)
    // A database that nothing was written to stays as it is for all who watch it.
    if (isCommitted && plan.added + plan.changed + plan.removed > 0) truncateWal(database)
    writeReportOnce()
    if (copy !== null && isCommitted) console.error(`The database before the import is in ${copy}`)
    return plan
  } finally {
    bar.stop()
    if (copy !== null && !isCommitted) rmSync(copy)
  }
}

/** Copies the database as `roster backup` does, and returns the new file. */
function keepCopy(databaseFile: string): string {
  const copy = findFreeBackupFile(databaseFile, dirname(databaseFile))
  // With a connection of its own: the large cache of the other one would count twice.
  using database = openDatabase(databaseFile, { isReadOnly: true })
  copyDatabase(database, copy)
  return copy
}

function reportResult(database: DatabaseSync, plan: Plan, settings: ImportSettings): void {
  for (const line of describeRefusedRows(database, MAX_SHOWN_ROWS)) console.error(line)
  if (plan.refused > MAX_SHOWN_ROWS)
    console.error(
      `… and ${format(plan.refused - MAX_SHOWN_ROWS)} more${settings.report === null ? '; --report FILE lists all of them' : ''}`,
    )
  if (settings.report !== null && plan.refused > 0) console.error(`All refused rows are in ${settings.report}; mend and import that file`)
  const counts = `${format(plan.added)} added, ${format(plan.changed)} changed, ${format(plan.same)} same, ${format(plan.removed)} removed, ${format(plan.refused)} refused`
  if (canCommit(plan, settings)) console.log(`${counts}; the database has ${format(countPeople(database))} people.`)
  else if (settings.isDryRun) console.log(`${counts}. Nothing was changed: this is a dry run.`)
  else console.log(`${counts}. Nothing was changed: mend the refused rows, or import the others with --skip-bad.`)
}

function isSameFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map((each) => statSync(each, { throwIfNoEntry: false }))
  return one !== undefined && two !== undefined && one.ino === two.ino && one.dev === two.dev
}

function format(count: number): string {
  return count.toLocaleString('en')
}
