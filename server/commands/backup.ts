import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { copyDatabase } from '../database/copy.ts'
import { fileProblem } from '../database/file-checks.ts'
import { openDatabase } from '../database/sqlite.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'

/**
 * Copies the database to the new file `target`, by default beside it and named after the time.
 * @throws OperatorError when it cannot be copied, or `target` exists.
 */
export function backup(target?: string): void {
  const { databaseFile } = readSettings()
  const copy = resolve(target ?? `${databaseFile}.${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')}`)
  try {
    const problem = fileProblem(databaseFile)
    if (problem !== null) throw new Error(`it ${problem}`)
    if (existsSync(copy)) throw new Error(`${copy} already exists; name another file`)
    if (!existsSync(dirname(copy))) throw new Error(`there is no folder ${dirname(copy)}; create it, or name another file`)
    using database = openDatabase(databaseFile, { isReadOnly: true })
    copyDatabase(database, copy)
  } catch (error) {
    throw new OperatorError(`The database ${databaseFile} cannot be copied: ${errorMessage(error)}`)
  }
  console.log(`The database is copied to ${copy}`)
}
