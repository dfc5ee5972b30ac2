import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { countPeople } from '../../database/sqlite/seed.ts'
import { canCommit, expectFewRemovals, type ImportOptions, mayRemove, type Plan } from '../import-database.ts'
import { planImport } from './plan.ts'
import { type Faults, writePlan } from './write.ts'

type Options = ImportOptions & {
  /** Called once, before the first transaction that may be committed. */
  onBeforeWrite: () => void
}

/**
 * Writes the rows of "ImportRow" in one transaction: all of them, or those that are not refused when `isBadSkipped`, or none. Afterwards
 * "reason" has why a row is refused. The comparison is made before the transaction, so that other writers wait for the writing alone.
 * @throws OperatorError when more people would be removed than `maxDelete` allows.
 */
export async function importPeople(database: DatabaseSync, options: Options): Promise<Plan> {
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
        await options.onBeforeCommit()
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
  if (mayRemove(plan, options)) expectFewRemovals(plan, countPeople(database), options.maxDelete)
  return plan
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
