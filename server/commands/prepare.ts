import { prepareDatabase } from '../database/prepare.ts'
import { describeDatabase } from '../database/url.ts'
import { readSettings } from '../settings.ts'

/** Creates or migrates the database. */
export async function prepare(): Promise<void> {
  const { database, seed } = readSettings()
  // A reload runs this while the workers of the previous release serve.
  const { people } = await prepareDatabase(database, { seed, isServed: true })
  console.log(`${describeDatabase(database)} is ready, with ${people.toLocaleString('en')} people.`)
}
