import pg from 'pg'
import { countPeople, fillUp, refreshStatistics, seedSamplePeople } from '../database/postgres/seed.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { addPeopleUpTo, reportPeople } from './add-people.ts'

/**
 * As `seed`, in the PostgreSQL database at `url`.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seedPostgres(url: string, count: number | undefined): Promise<number> {
  const client = new pg.Client({ connectionString: url, application_name: 'roster seed' })
  try {
    await client.connect()
    if (count === undefined) {
      const added = await seedSamplePeople(client)
      reportPeople(added, await countPeople(client))
      return 0
    }
    const exitStatus = await addPeopleUpTo(count, await countPeople(client), fillUp(client, count))
    await refreshStatistics(client)
    return exitStatus
  } catch (error) {
    throw new OperatorError(`The database ${client.database} at ${client.host} cannot be seeded: ${errorMessage(error)}`)
  } finally {
    await client.end()
  }
}
