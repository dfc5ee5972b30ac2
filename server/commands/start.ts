import { prepareDatabase } from '../database/prepare.ts'
import { checkPlaceIsFree } from '../listen.ts'
import { createLog } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { ROOT } from '../paths.ts'
import { buildIfStale } from '../release/build.ts'
import { runCommand } from '../run-command.ts'
import { readSettings } from '../settings.ts'

await runCommand(async () => {
  const settings = readSettings({ webWorkers: 1 })
  const { databaseFile, seed } = settings
  // Before anything is made: a second start by mistake must not touch the database of the first.
  await checkPlaceIsFree(settings)
  await buildIfStale()
  let people = 0
  const place = await startMaster(settings, ROOT, await createLog(settings, 0), {
    prepare: () => {
      people = prepareDatabase(databaseFile, { seed }).people
    },
  })
  console.log(
    `Roster is ready.\n\n  Address   ${place}\n  Database  ${databaseFile}\n  People    ${people.toLocaleString('en')}\n\nCtrl-C stops it.`,
  )
})
