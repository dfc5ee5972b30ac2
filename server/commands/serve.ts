import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describeDatabase } from '../database/url.ts'
import { createLog } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { readServingSettings } from '../settings.ts'

/** Serves a prepared database until a signal stops it. */
export async function serve(): Promise<void> {
  const settings = await readServingSettings()
  const { database, webWorkers } = settings
  const log = await createLog(settings, 0)
  const place = await startMaster(settings, releaseFolder(process.argv[1] ?? ''), log, {
    prepare: (served) => served.expectReady(),
  })
  log.info({ place, workers: webWorkers, database: describeDatabase(database), pid: process.pid }, 'Roster serves')
}

/**
 * The folder of the release by the path by which this `script` in its `server` was called. Follows links to the script itself
 * (/usr/local/bin/roster) but not to the folder (/opt/roster/current): a reload follows that to a newer release.
 */
function releaseFolder(script: string): string {
  return lstatSync(script).isSymbolicLink() ? releaseFolder(resolve(dirname(script), readlinkSync(script))) : dirname(dirname(script))
}
