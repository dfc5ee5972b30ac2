import { existsSync } from 'node:fs'
import { prepareDatabase } from '../database/prepare.ts'
import { describeDatabase } from '../database/url.ts'
import { checkPlaceIsFree } from '../listen.ts'
import { createLog } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { ROOT } from '../paths.ts'
import { readServingSettings } from '../settings.ts'

/** Builds if the sources have changed, prepares the database while the first worker loads, and serves. */
export async function start(): Promise<void> {
  const settings = await readServingSettings({ webWorkers: 1 })
  const { database, seed } = settings
  // First: a second start by mistake must not touch the database of the first.
  await checkPlaceIsFree(settings)
  // A release has no code to build.
  if (existsSync(new URL('../release/build.ts', import.meta.url))) await (await import('../release/build.ts')).buildIfStale()
  let people = 0
  const place = await startMaster(settings, ROOT, await createLog(settings, 0), {
    prepare: async () => {
      people = (await prepareDatabase(database, { seed })).people
    },
  })
  console.log(
    `Roster is ready.\n\n  Address   ${place}\n  Database  ${describeDatabase(database)}\n  People    ${people.toLocaleString('en')}\n\nPress Ctrl-C to stop.`,
  )
}
