import { connectForWriting, explainWriteError } from '../database/postgres/connect-for-writing.ts'
import { countPeople, fillUp, refreshStatistics, seedSamplePeople } from '../database/postgres/seed.ts'
import { addPeopleUpTo, reportPeople } from './add-people.ts'

/**
 * As `seed`, in the PostgreSQL database at `url`.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seedPostgres(url: string, count: number | undefined): Promise<number> {
  try {
    const client = await connectForWriting(url, 'seed')
    try {
      if (count === undefined) {
        const added = await seedSamplePeople(client)
        reportPeople(added, await countPeople(client))
        return 0
      }
      const exitStatus = await addPeopleUpTo(count, await countPeople(client), fillUp(client, count))
      if (exitStatus === 0) await refreshStatistics(client)
      return exitStatus
    } finally {
      await client.end()
    }
  } catch (error) {
    throw explainWriteError(error, url, 'seeded')
  }
}
