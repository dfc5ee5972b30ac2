import type { DatabaseSync } from 'node:sqlite'
import { openForWriting, writeProblem } from '../database/sqlite/open-for-writing.ts'
import { countPeople, fillUp, seedSamplePeople } from '../database/sqlite/seed.ts'
import { enlargeCache, truncateWal } from '../database/sqlite/sqlite.ts'
import { isPostgresUrl } from '../database/url.ts'
import { loadEnvironment } from '../environment.ts'
import { OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { addPeopleUpTo, reportPeople } from './add-people.ts'

/**
 * Adds the missing sample people or, with `count`, people until there are `count`. Returns the exit status.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seed(count: number | undefined): Promise<number> {
  loadEnvironment()
  if (isPostgresUrl(process.env.DATABASE_URL)) return (await import('./seed-postgres.ts')).seedPostgres(process.env.DATABASE_URL, count)
  const { databaseFile } = readSettings()
  try {
    using database = openForWriting(databaseFile)
    enlargeCache(database)
    if (count === undefined) return addSamplePeople(database)
    const exitStatus = await addPeopleUpTo(count, countPeople(database), fillUp(database, count))
    truncateWal(database)
    return exitStatus
  } catch (error) {
    const reason = writeProblem(error)
    throw reason === null ? error : new OperatorError(`The database ${databaseFile} cannot be seeded: ${reason}`)
  }
}

function addSamplePeople(database: DatabaseSync): number {
  const added = seedSamplePeople(database)
  if (added > 0) truncateWal(database)
  reportPeople(added, countPeople(database))
  return 0
}
