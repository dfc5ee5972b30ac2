import { statSync } from 'node:fs'
import { OperatorError } from '../errors.ts'
import { canCommit, type ImportDatabase, type ImportOptions, type Plan } from '../import/import-database.ts'
import { openImport } from '../import/open-import.ts'
import { type ReadOptions, readPeople } from '../import/read-people.ts'
import { describeRefusedRows, writeReport } from '../import/refused-rows.ts'
import { openSource } from '../import/source.ts'
import { readSettings } from '../settings.ts'
import { Interruption, watchForInterruption } from './interruption.ts'
import { createProgressBar } from './progress-bar.ts'

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

/**
 * Imports the people of the file at `path`, or of stdin for "-". Returns the exit status: 0, or 1 when rows are refused.
 * @throws OperatorError when the file or the database cannot be used; nothing is changed then.
 */
export async function importFile(path: string, settings: ImportSettings): Promise<number> {
  const database = await openImport(readSettings().database)
  try {
    await stageFile(database, path, settings)
    const plan = await writePeople(database, settings)
    await reportResult(database, plan, settings)
    return plan.refused > 0 ? REFUSED_STATUS : 0
  } catch (error) {
    if (error instanceof Interruption) {
      console.error('Interrupted; nothing was changed.')
      return error.exitStatus
    }
    if (error instanceof OperatorError)
      throw new OperatorError(`${path === '-' ? 'The input' : path} cannot be imported, nothing was changed: ${error.message}`)
    throw database.explain(error)
  } finally {
    await database.close()
  }
}

async function stageFile(database: ImportDatabase, path: string, { key, mode, report, ...settings }: ImportSettings): Promise<void> {
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
    const count = await database.stageRows(people, () => bar.update(Math.floor(source.bytesRead() / BYTES_PER_MEGABYTE)))
    if (count === 0 && mode === 'mirror') throw new OperatorError('it has no people, and mirroring it would remove everybody')
    if (count > 0 && mode !== 'add' && !(await database.isKeyGiven(key)))
      throw new OperatorError(`no row has the ${key} by which people are found; choose another --key, or name the column with --columns`)
  } finally {
    bar.stop()
  }
}

async function writePeople(database: ImportDatabase, settings: ImportSettings): Promise<Plan> {
  // A second Ctrl-C ends the process at once, and nothing is changed then, either.
  const checkInterruption = watchForInterruption()
  const bar = createProgressBar('{percentage} % ({value} of {total} people, {rate} a second, {secondsLeft} s left)')
  const startedAt = performance.now()
  let isReported = settings.report === null
  const writeReportOnce = async () => {
    if (settings.report !== null && !isReported) await writeReport(database, settings.report)
    isReported = true
  }
  try {
    const plan = await database.importPeople({
      ...settings,
      onBeforeCommit: writeReportOnce,
      onProgress: (written, total) => {
        const perSecond = Math.max(1, (written * 1_000) / (performance.now() - startedAt))
        const pace = { rate: format(Math.round(perSecond)), secondsLeft: format(Math.ceil((total - written) / perSecond)) }
        if (total >= MIN_BAR_PEOPLE && !bar.isActive) bar.start(total, 0, pace)
        bar.update(written, pace)
      },
      checkInterruption,
    })
    await writeReportOnce()
    return plan
  } finally {
    bar.stop()
  }
}

async function reportResult(database: ImportDatabase, plan: Plan, settings: ImportSettings): Promise<void> {
  const copy = database.describeCopy()
  if (copy !== null) console.error(copy)
  for (const line of await describeRefusedRows(database, MAX_SHOWN_ROWS)) console.error(line)
  if (plan.refused > MAX_SHOWN_ROWS)
    console.error(
      `… and ${format(plan.refused - MAX_SHOWN_ROWS)} more${settings.report === null ? '; --report FILE lists all of them' : ''}`,
    )
  if (settings.report !== null && plan.refused > 0) console.error(`All refused rows are in ${settings.report}; mend and import that file`)
  const counts = `${format(plan.added)} added, ${format(plan.changed)} changed, ${format(plan.same)} same, ${format(plan.removed)} removed, ${format(plan.refused)} refused`
  if (canCommit(plan, settings)) console.log(`${counts}; the database has ${format(await database.countPeople())} people.`)
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
