import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { OperatorError } from '../errors.ts'
import { type Plan, planImport, type Rules } from './plan.ts'
import { type Faults, writePlan } from './write.ts'

/** A share of the people, or a number of them. */
export type MaxDelete = { percent: number } | { people: number }

export type ImportOptions = Rules & {
  isDryRun: boolean
  /** Whether the good rows are written when others are refused. */
  isBadSkipped: boolean
  /** Of the mode "mirror". */
  maxDelete: MaxDelete
  /** Called once, before the first transaction that may be committed. */
  onBeforeWrite: () => void
  /** Called when all is written and before it is committed: what throws here undoes everything. */
  onBeforeCommit: () => void
  /** Called with the rows that are written, and their total. */
  onProgress: (written: number, total: number) => void
  /** Throws when the import must end. */
  checkInterruption: () => void
}

/**
 * Writes the rows of "ImportRow" in one transaction: all of them, or those that are not refused when `isBadSkipped`, or none. Afterwards
 * "reason" has why a row is refused. The comparison is made before the transaction, so that other writers wait for the writing alone.
 * @throws OperatorError when more people would be removed than `maxDelete` allows.
 */
export async function importPeople(database: DatabaseSync, options: ImportOptions): Promise<Plan> {
  let { plan, version } = planBeforehand(database, options)
  let isPrepared = false
  for (;;) {
    if (plan.added + plan.changed + plan.removed === 0) return plan
    if (!isPrepared && canCommit(plan, options)) {
      options.onBeforeWrite()
      isPrepared = true
    }
    const faults: Faults = new Map()
    database.exec('BEGIN IMMEDIATE')
    try {
      // Others may have written since.
      if (readVersion(database) !== version) plan = planWithin(database, options)
      const total = plan.added + plan.changed
      let written = 0
      for (const rows of writePlan(database, faults)) {
        written += rows
        options.onProgress(Math.min(Math.round(written), total), total)
        // Signals get their turn.
        await setImmediate()
        options.checkInterruption()
      }
      // Without the preparation, others have made good meanwhile what was refused: compare anew.
      if (isPrepared && faults.size === 0 && canCommit(plan, options)) {
        options.onBeforeCommit()
        database.exec('COMMIT')
        return plan
      }
    } finally {
      // Undoes what happened in temporary tables, too.
      if (database.isTransaction) database.exec('ROLLBACK')
    }
    if (faults.size === 0 && readVersion(database) === version) return plan
    markFaults(database, faults)
    ;({ plan, version } = planBeforehand(database, options))
    if (!canCommit(plan, options)) return plan
  }
}

/** Whether what is decided may be written, as far as is known. */
export function canCommit({ refused }: Plan, { isDryRun, isBadSkipped }: Pick<ImportOptions, 'isDryRun' | 'isBadSkipped'>): boolean {
  return !isDryRun && (refused === 0 || isBadSkipped)
}

function planBeforehand(database: DatabaseSync, options: ImportOptions): { plan: Plan; version: number } {
  // One state of the database for all statements.
  database.exec('BEGIN')
  try {
    const plan = planWithin(database, options)
    const version = readVersion(database)
    database.exec('COMMIT')
    return { plan, version }
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

function planWithin(database: DatabaseSync, options: ImportOptions): Plan {
  const plan = planImport(database, options)
  // Where refused rows keep everything from being written, they matter more.
  if (options.mode === 'mirror' && (plan.refused === 0 || options.isBadSkipped)) expectFewRemovals(database, plan, options.maxDelete)
  return plan
}

function expectFewRemovals(database: DatabaseSync, plan: Plan, maxDelete: MaxDelete): void {
  if (plan.added + plan.changed + plan.same === 0)
    throw new OperatorError('no row of it can be imported, and mirroring it would remove everybody; mend the file')
  const people = Number(database.prepare('SELECT count(*) AS "people" FROM "User"').get()?.people)
  const limit = 'percent' in maxDelete ? Math.floor((people * maxDelete.percent) / 100) : maxDelete.people
  if (plan.removed > limit)
    throw new OperatorError(
      `it lacks ${plan.removed.toLocaleString('en')} of ${people.toLocaleString('en')} people, and --max-delete allows to remove ${limit.toLocaleString('en')}; check the file, or raise --max-delete`,
    )
}

/** A number that changes when another connection commits. */
function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA data_version').get()?.data_version)
}

function markFaults(database: DatabaseSync, faults: Faults): void {
  const mark = database.prepare('UPDATE "ImportRow" SET "fault" = ? WHERE "row" = ?')
  database.exec('BEGIN')
  for (const [sentence, rows] of faults) for (const row of rows) mark.run(sentence, row)
  database.exec('COMMIT')
}
