// `node server/commands/serve.ts` in a folder with a build: serves a database that server/commands/prepare.ts has made ready.
import { dirname } from 'node:path'
import { readinessProblem } from '../database/readiness.ts'
import { OperatorError } from '../errors.ts'
import { createLog } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { runCommand } from '../run-command.ts'
import { readSettings, type Settings } from '../settings.ts'

await runCommand(async () => {
  const settings = readSettings()
  const log = await createLog(settings, 0)
  // As it was called, not where symbolic links lead: a reload follows them again, to a newer build.
  const place = await startMaster(settings, dirname(dirname(dirname(process.argv[1] ?? ''))), log, {
    prepare: () => checkReadiness(settings),
  })
  log.info({ place, workers: settings.webWorkers, database: settings.databaseFile, pid: process.pid }, 'Roster serves')
})

function checkReadiness({ databaseFile }: Settings): void {
  const reason = readinessProblem(databaseFile)
  if (reason !== null) throw new OperatorError(`${databaseFile} can not be served: ${reason}`)
}
