import { setImmediate } from 'node:timers/promises'
import { writeProblem } from '../database/sqlite/open-for-writing.ts'
import { type DatabaseAddress, isPostgresUrl, readDatabaseAddress } from '../database/url.ts'
import { OperatorError, UsageError } from '../errors.ts'
import { formatPeople } from '../format.ts'
import { beginMove, type MoveResult, movePeople } from '../move/move-people.ts'
import type { PeopleDatabase } from '../move/people-database.ts'
import { openSqliteSource, openSqliteTarget } from '../move/sqlite-people.ts'
import { readSettings } from '../settings.ts'
import { Interruption, watchForInterruption } from './interruption.ts'
import { createProgressBar } from './progress-bar.ts'

const CHANGED_STATUS = 1

/**
 * Copies the people of the database of DATABASE_URL, with their ids, into the database at the URL `to`, and proves both equal. Returns the
 * exit status: 0 when they are, and the source has not changed meanwhile.
 * @throws OperatorError when the people cannot be moved.
 */
export async function move(to: string, isMirroring: boolean): Promise<number> {
  // Not in the error: it may have a password.
  if (!to.startsWith('file:') && !isPostgresUrl(to))
    throw new UsageError('roster: --to must be a URL such as postgresql://roster@db.example.com/roster or file:/srv/roster/roster.db')
  const { database: address } = readSettings()
  try {
    await using source = await openSource(address)
    console.error('Checking the people to be moved …')
    await beginMove(source)
    await using target = await openTarget(to)
    const result = await moveVisibly(source, target, isMirroring)
    return reportResult(source, target, result)
  } catch (error) {
    if (error instanceof Interruption) {
      console.error('Interrupted; run the same command again to continue.')
      return error.exitStatus
    }
    const reason = error instanceof OperatorError ? null : writeProblem(error)
    throw reason === null ? error : new OperatorError(`The people cannot be moved: ${reason}`)
  }
}

async function openSource(address: DatabaseAddress): Promise<PeopleDatabase> {
  if (address.engine === 'sqlite') return openSqliteSource(address.file)
  return (await import('../move/postgres-people.ts')).openPostgresSource(address.url)
}

async function openTarget(to: string): Promise<PeopleDatabase> {
  const address = readDatabaseAddress(to)
  const report = (line: string) => console.error(line)
  try {
    if (address.engine === 'sqlite') return openSqliteTarget(address.file, report)
    return await (await import('../move/postgres-people.ts')).openPostgresTarget(address.url, report)
  } catch (error) {
    // Errors about databases take the address for that of all commands.
    throw error instanceof OperatorError ? new OperatorError(error.message.replaceAll('DATABASE_URL', '--to')) : error
  }
}

async function moveVisibly(source: PeopleDatabase, target: PeopleDatabase, isMirroring: boolean): Promise<MoveResult> {
  // A second Ctrl-C ends the process at once; a later move goes on from there, too.
  const checkInterruption = watchForInterruption()
  const bar = createProgressBar('{percentage} % ({value} of {total} people)')
  try {
    return await movePeople(source, target, {
      isMirroring,
      onStep: (name, people) => {
        bar.stop()
        console.error(`${name} …`)
        if (people !== null) bar.start(people, 0)
      },
      onProgress: async (people) => {
        if (bar.isActive) bar.increment(people)
        await setImmediate()
        checkInterruption()
      },
    })
  } finally {
    bar.stop()
  }
}

function reportResult(source: PeopleDatabase, target: PeopleDatabase, { added, removed, digest, isSourceChanged }: MoveResult): number {
  const change = added + removed === 0 ? 'Nothing to move' : `${format(added)} added, ${format(removed)} removed`
  console.log(`${change}; ${target.name} has the same ${formatPeople(digest.people)} as ${source.name}.`)
  console.log(`SHA-256 of both: ${digest.sha256}`)
  if (!isSourceChanged) return 0
  console.error('The source has changed since the move began; run the same command again, with --mirror, while nothing writes to it.')
  return CHANGED_STATUS
}

function format(count: number): string {
  return count.toLocaleString('en')
}
