import type { DatabaseSync } from 'node:sqlite'
import { openForWriting, writeProblem } from '../database/sqlite/open-for-writing.ts'
import { countPeople, fillUp, seedSamplePeople } from '../database/sqlite/seed.ts'
import { enlargeCache, truncateWal } from '../database/sqlite/sqlite.ts'
import { OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { addPeopleUpTo, reportPeople } from './add-people.ts'

/**
 * Adds the missing sample people or, with `count`, people until there are `count`. Returns the exit status.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seed(count: number | undefined): Promise<number> {
  const { database: address } = readSettings()
  if (address.engine === 'postgres') return (await import('./seed-postgres.ts')).seedPostgres(address.url, count)
  try {
    using database = openForWriting(address.file)
    enlargeCache(database)
    if (count === undefined) return addSamplePeople(database)
    const exitStatus = await addPeopleUpTo(count, countPeople(database), fillUp(database, count))
    truncateWal(database)
    return exitStatus
  } catch (error) {
    const reason = writeProblem(error)
    throw reason === null ? error : new OperatorError(`The database ${address.file} cannot be seeded: ${reason}`)
  }
}

function addSamplePeople(database: DatabaseSync): number {
  const added = seedSamplePeople(database)
  if (added > 0) truncateWal(database)
  reportPeople(added, countPeople(database))
  return 0
}
