import { prepareDatabase } from '../database/prepare.ts'
import { describeDatabase } from '../database/url.ts'
import { readSettings } from '../settings.ts'

/** Creates or migrates the database. `isContractConfirmed`: no web nodes run which pending migrations would break. */
export async function prepare(isContractConfirmed: boolean): Promise<void> {
  const { database, seed } = readSettings()
  // A reload runs this while the workers of the previous release serve.
  const { people } = await prepareDatabase(database, { seed, isServed: true, isContractConfirmed })
  console.log(`${describeDatabase(database)} is ready, with ${people.toLocaleString('en')} people.`)
}
