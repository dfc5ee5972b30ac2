// `node server/commands/prepare.ts`: leaves the database ready to be served, made anew where there is none.
import { prepareDatabase } from '../database/prepare.ts'
import { runCommand } from '../run-command.ts'
import { readSettings } from '../settings.ts'

await runCommand(() => {
  const { databaseFile, seed } = readSettings()
  // A reload runs it while the workers of the release before serve.
  const { people } = prepareDatabase(databaseFile, { seed, isServed: true })
  console.log(`${databaseFile} is ready, with ${people.toLocaleString('en')} people.`)
})
