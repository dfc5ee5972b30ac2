// `node server/commands/prepare.ts`: leaves the database ready to be served, made anew where there is none.
import { prepareDatabase } from '../database/prepare.ts'
import { runCommand } from '../run-command.ts'
import { readSettings } from '../settings.ts'

await runCommand(() => {
  const { databaseFile, seed } = readSettings()
  const { people } = prepareDatabase(databaseFile, { seed })
  console.log(`${databaseFile} is ready, with ${people.toLocaleString('en')} people.`)
})
