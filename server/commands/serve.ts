import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readinessProblem } from '../database/sqlite/readiness.ts'
import { requireFile } from '../database/url.ts'
import { OperatorError } from '../errors.ts'
import { createLog } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { readServingSettings } from '../settings.ts'

/** Serves a prepared database until a signal stops it. */
export async function serve(): Promise<void> {
  const settings = await readServingSettings()
  const { database, webWorkers } = settings
  const databaseFile = requireFile(database, 'roster serve')
  const log = await createLog(settings, 0)
  const place = await startMaster(settings, releaseFolder(process.argv[1] ?? ''), log, {
    prepare: () => {
      const problem = readinessProblem(databaseFile)
      if (problem !== null) throw new OperatorError(`${databaseFile} cannot be served: ${problem}`)
    },
  })
  log.info({ place, workers: webWorkers, database: databaseFile, pid: process.pid }, 'Roster serves')
}

/**
 * The folder of the release by the path by which this `script` in its `server` was called. Follows links to the script itself
 * (/usr/local/bin/roster) but not to the folder (/opt/roster/current): a reload follows that to a newer release.
 */
function releaseFolder(script: string): string {
  return lstatSync(script).isSymbolicLink() ? releaseFolder(resolve(dirname(script), readlinkSync(script))) : dirname(dirname(script))
}
