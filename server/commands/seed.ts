import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { openForWriting, writeProblem } from '../database/open-for-writing.ts'
import { countPeople, fillUp, seedSamplePeople } from '../database/seed.ts'
import { enlargeCache, truncateWal } from '../database/sqlite.ts'
import { OperatorError } from '../errors.ts'
import { readSettings } from '../settings.ts'
import { createProgressBar } from './progress-bar.ts'

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

/**
 * Adds the missing sample people or, with `count`, people until there are `count`. Returns the exit status.
 * @throws OperatorError when the database cannot be seeded.
 */
export async function seed(count: number | undefined): Promise<number> {
  const { databaseFile } = readSettings()
  try {
    using database = openForWriting(databaseFile)
    enlargeCache(database)
    return count === undefined ? addSamplePeople(database) : await addPeopleUpTo(database, count)
  } catch (error) {
    const reason = writeProblem(error)
    throw reason === null ? error : new OperatorError(`The database ${databaseFile} cannot be seeded: ${reason}`)
  }
}

function addSamplePeople(database: DatabaseSync): number {
  const added = seedSamplePeople(database)
  if (added > 0) truncateWal(database)
  report(added, countPeople(database))
  return 0
}

async function addPeopleUpTo(database: DatabaseSync, target: number): Promise<number> {
  let people = countPeople(database)
  let added = 0
  let exitStatus = 0
  // Once: a second Ctrl-C ends the process at once, with the database as valid as after a crash.
  for (const [signal, status] of SIGNALS) process.once(signal, () => (exitStatus = status))
  const bar = createProgressBar('{percentage} % ({value} of {total} people)')
  if (people < target) bar.start(target, people)
  for (const step of fillUp(database, target)) {
    added += step.added
    people = step.people
    bar.update(people)
    // Signals and the bar's timer get their turn.
    await setImmediate()
    if (exitStatus !== 0) break
  }
  bar.stop()
  truncateWal(database)
  if (exitStatus !== 0) console.error('Interrupted; run the same command again to continue.')
  report(added, people)
  return exitStatus
}

function report(added: number, people: number): void {
  const change = added === 0 ? 'Nothing to add' : `Added ${format(added)} ${added === 1 ? 'person' : 'people'}`
  console.log(`${change}; the database has ${format(people)} ${people === 1 ? 'person' : 'people'}.`)
}

function format(count: number): string {
  return count.toLocaleString('en')
}
