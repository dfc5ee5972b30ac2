import { prepareDatabase } from '../database/sqlite/prepare.ts'
import { requireFile } from '../database/url.ts'
import { readSettings } from '../settings.ts'

/** Creates or migrates the database. */
export function prepare(): void {
  const { database, seed } = readSettings()
  const databaseFile = requireFile(database, 'roster prepare')
  // A reload runs this while the workers of the previous release serve.
  const { people } = prepareDatabase(databaseFile, { seed, isServed: true })
  console.log(`${databaseFile} is ready, with ${people.toLocaleString('en')} people.`)
}
