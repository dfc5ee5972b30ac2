import pg from 'pg'
import { BLOCK_CHECKS, type Check, isAmcheckUsable, PEOPLE_CHECKS, SCHEMA_CHECKS } from '../database/postgres/check.ts'
import { ConnectError } from '../database/postgres/connect-error.ts'
import { connectForWriting } from '../database/postgres/connect-for-writing.ts'
import { repairDatabase } from '../database/postgres/repair.ts'
import { describeDatabase } from '../database/url.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { expectNothingWrong, printResult } from './check-result.ts'

/**
 * As `check`, of the PostgreSQL database at `url`.
 * @throws OperatorError when something is wrong at the end.
 */
export async function checkPostgres(url: string, isRepairing: boolean): Promise<void> {
  try {
    const client = await connectForWriting(url, 'check')
    try {
      let wrong = await runChecks(client)
      const repairs = new Set(wrong.flatMap(({ repair }) => repair ?? []))
      if (isRepairing && repairs.size > 0) {
        console.log(`Making anew: ${[...repairs].join(', ')} …`)
        await repairDatabase(client, repairs).catch((error: unknown) => {
          throw new Error(`it cannot be repaired: ${errorMessage(error)}; correct that, and run the same command again`)
        })
        wrong = await runChecks(client)
      }
      expectNothingWrong(
        wrong.map(({ name, repair }) => ({ name, isRepairable: repair !== null })),
        isRepairing,
      )
    } finally {
      await client.end()
    }
  } catch (error) {
    if (error instanceof ConnectError) throw error
    throw new OperatorError(`The database ${describeDatabase({ engine: 'postgres', url })} did not pass: ${errorMessage(error)}`)
  }
}

/** Returns the checks that found something. They keep no one from writing. */
async function runChecks(client: pg.Client): Promise<Check[]> {
  const wrong = await filterWrong(client, SCHEMA_CHECKS)
  if (wrong.length > 0) return wrong
  if (await isAmcheckUsable(client)) return filterWrong(client, [...BLOCK_CHECKS, ...PEOPLE_CHECKS])
  const names = BLOCK_CHECKS.map(({ name }) => name).join(', ')
  console.log(`Not checked: ${names}. That takes the extension amcheck, and a role that may use it`)
  return filterWrong(client, PEOPLE_CHECKS)
}

async function filterWrong(client: pg.Client, checks: Check[]): Promise<Check[]> {
  const wrong: Check[] = []
  for (const check of checks) {
    const began = performance.now()
    if (printResult(check.name, await findProblem(check, client), began)) wrong.push(check)
  }
  return wrong
}

/** What `check` finds wrong, or null. A database that PostgreSQL cannot read there is wrong, too. */
async function findProblem({ findProblem }: Check, client: pg.Client): Promise<string | null> {
  try {
    return await findProblem(client)
  } catch (error) {
    // Others, such as a lost connection, are no result.
    if (!(error instanceof pg.DatabaseError)) throw error
    return `cannot be read: ${error.message}`
  }
}
