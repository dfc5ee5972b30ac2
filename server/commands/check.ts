import type { DatabaseSync } from 'node:sqlite'
import { type Check, findProblem, PEOPLE_CHECKS, SCHEMA_CHECKS } from '../database/sqlite/check.ts'
import { isDiskFull } from '../database/sqlite/disk-full.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { rebuildFromPeople } from '../database/sqlite/rebuild.ts'
import { BUSY_TIMEOUT_MS, openDatabase, SQLITE_BUSY, sqliteResultCode } from '../database/sqlite/sqlite.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { expectNothingWrong, printResult } from './check-result.ts'

/**
 * Checks the database, and prints a line for each check. With `isRepairing`, builds anew what is derived from the people if that is wrong,
 * and checks again.
 * @throws OperatorError when something is wrong at the end.
 */
export async function check(isRepairing: boolean): Promise<void> {
  const { database: address } = readSettings()
  if (address.engine === 'postgres') await (await import('./check-postgres.ts')).checkPostgres(address.url, isRepairing)
  else checkFile(address.file, isRepairing)
}

function checkFile(databaseFile: string, isRepairing: boolean): void {
  try {
    const problem = fileProblem(databaseFile)
    if (problem !== null) throw new Error(`it ${problem}`)
    let wrong = runChecks(databaseFile)
    if (isRepairing && wrong.some(({ isRepairable }) => isRepairable)) {
      repair(databaseFile)
      wrong = runChecks(databaseFile)
    }
    expectNothingWrong(wrong, isRepairing)
  } catch (error) {
    throw new OperatorError(`The database ${databaseFile} did not pass: ${errorMessage(error)}`)
  }
}

/** Returns the checks that found something. They all look at the same state, and keep no one from writing. */
function runChecks(file: string): Check[] {
  using database = openDatabase(file, { isReadOnly: true })
  database.exec('BEGIN')
  const hasProblem = (each: Check) => printProblem(each, database)
  const wrong = SCHEMA_CHECKS.filter(hasProblem)
  return wrong.length > 0 ? wrong : PEOPLE_CHECKS.filter(hasProblem)
}

function printProblem(check: Check, database: DatabaseSync): boolean {
  const began = performance.now()
  return printResult(check.name, findProblem(check, database), began)
}

function repair(file: string): void {
  console.log('Building indexes, folded names, search index and counts anew …')
  try {
    using database = openDatabase(file)
    rebuildFromPeople(database)
  } catch (error) {
    throw new Error(`it cannot be repaired, nothing was changed: ${explainRepair(error, file)}`)
  }
}

function explainRepair(error: unknown, file: string): string {
  if (isDiskFull(error, file)) return 'the disk is full; make as much room as the database takes'
  if (sqliteResultCode(error) === SQLITE_BUSY)
    return `another program has been writing to it for more than ${BUSY_TIMEOUT_MS / 1_000} seconds; stop it (fuser -v ${file} names it)`
  return `${errorMessage(error)}; restore a backup`
}
