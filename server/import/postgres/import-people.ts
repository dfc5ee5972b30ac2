import { type Client, DatabaseError } from 'pg'
import { countPeople, refreshStatistics } from '../../database/postgres/seed.ts'
import { canCommit, expectFewRemovals, type ImportOptions, mayRemove, type Plan } from '../import-database.ts'
import { planImport } from './plan.ts'
import { writePlan } from './write.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html: another one has changed a person, or taken a name, since the comparison.
const CONFLICTS = ['40001', '40P01', '23505']

// Of the people. Autovacuum would come later than the next visitors.
const MANY = 0.1

/**
 * Writes the rows of "ImportRow" in one transaction: all of them, or those that are not refused when `isBadSkipped`, or none. Afterwards
 * "ImportPlan" has why a row is refused. Others may write meanwhile; if they change what the comparison has relied on, all is made again
 * while they wait.
 * @throws OperatorError when more people would be removed than `maxDelete` allows.
 */
export async function importPeople(client: Client, options: ImportOptions): Promise<Plan> {
  const plan = await importOnce(client, options, { isAlone: false }).catch((error: unknown) => {
    if (error instanceof DatabaseError && CONFLICTS.includes(error.code ?? '')) return importOnce(client, options, { isAlone: true })
    throw error
  })
  const written = plan.added + plan.changed + plan.removed
  if (canCommit(plan, options) && written > 0 && written >= (await countPeople(client)) * MANY) await refreshStatistics(client)
  return plan
}

async function importOnce(client: Client, options: ImportOptions, { isAlone }: { isAlone: boolean }): Promise<Plan> {
  // One state of the database for all statements.
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
  try {
    if (isAlone) await client.query('LOCK TABLE "User" IN SHARE ROW EXCLUSIVE MODE')
    const plan = await planImport(client, options)
    if (mayRemove(plan, options)) expectFewRemovals(plan, await countPeople(client), options.maxDelete)
    options.checkInterruption()
    const total = plan.added + plan.changed
    if (canCommit(plan, options) && total + plan.removed > 0) {
      let written = 0
      for await (const rows of writePlan(client)) {
        written += rows
        options.onProgress(written, total)
        options.checkInterruption()
      }
      await options.onBeforeCommit()
    }
    await client.query('COMMIT')
    return plan
  } catch (error) {
    // A connection that is lost has nothing to undo.
    await client.query('ROLLBACK').catch(() => {})
    throw error
  }
}
