import { prepareDatabase } from '../database/prepare.ts'
import { readSettings } from '../settings.ts'

/** Creates or migrates the database. */
export function prepare(): void {
  const { databaseFile, seed } = readSettings()
  const { people } = prepareDatabase(databaseFile, { seed })
  console.log(`${databaseFile} is ready, with ${people.toLocaleString('en')} people.`)
}
