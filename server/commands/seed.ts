import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { fileProblem } from '../database/file-checks.ts'
import { listPendingMigrations } from '../database/migrate.ts'
import { SAMPLE_PEOPLE } from '../database/sample-people.ts'
import { countPeople, fillUp, seedSamplePeople } from '../database/seed.ts'
import {
  SQLITE_BUSY,
  SQLITE_CANTOPEN,
  SQLITE_FULL,
  SQLITE_NOTADB,
  SQLITE_READONLY,
  sqliteResultCode,
  truncateWal,
} from '../database/sqlite.ts'
import { databaseFile, databaseUrl } from '../database/url.ts'
import { loadEnvironment } from '../environment.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { Progress } from '../progress.ts'

const MAX_COUNT = 10_000_000
const BUSY_TIMEOUT_MS = 5_000

const HELP = `Adds ${SAMPLE_PEOPLE.length} sample people to the database that DATABASE_URL names, except those whose username or e-mail is there already.
Nobody is changed or deleted, so that it can be run again at any time.

  --count N  fill up to N people in all, from 1 to ${MAX_COUNT}: sample people first, then generated ones, always the same.
             It can be interrupted; the next run goes on from there.
  --help     show this text
`

const ADVICE = 'run npx prisma migrate deploy or npm start first'
const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

class UsageError extends OperatorError {}

/** Seeds as `args` say and returns the exit status; `usage` is how the command is called. */
export async function seedCommand(args: string[], usage: string): Promise<number> {
  try {
    return await run(args, usage)
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    console.error(error.message)
    return error instanceof UsageError ? 2 : 1
  }
}

async function run(args: string[], usage: string): Promise<number> {
  const { isHelp, count } = parseArguments(args)
  if (isHelp) {
    process.stdout.write(`Usage: ${usage}\n\n${HELP}`)
    return 0
  }
  loadEnvironment()
  const file = databaseFile()
  try {
    const database = openDatabase(file)
    const status = count === null ? addSamplePeople(database) : await addPeopleUpTo(database, count)
    database.close()
    return status
  } catch (error) {
    const reason = explain(error)
    throw reason === null ? error : new OperatorError(`The database ${file} cannot be seeded: ${reason}`)
  }
}

function parseArguments(args: string[]): { isHelp: boolean; count: number | null } {
  // Not strict, because parseArgs refuses in several lines.
  const { tokens } = parseArgs({ args, options: { count: { type: 'string' }, help: { type: 'boolean' } }, strict: false, tokens: true })
  let isHelp = false
  let count: number | null = null
  for (const token of tokens) {
    if (token.kind !== 'option') throw new UsageError(`unexpected argument "${args[token.index]}"; see --help`)
    if (token.rawName === '--help' && token.value === undefined) isHelp = true
    else if (token.rawName !== '--count') throw new UsageError(`unknown option "${args[token.index]}"; see --help`)
    else if (count !== null) throw new UsageError('--count may be given only once')
    else count = parseCount(token.value)
  }
  return { isHelp, count }
}

function parseCount(text = ''): number {
  const count = /^[1-9]\d{0,7}$/.test(text) ? Number(text) : Number.NaN
  if (count <= MAX_COUNT) return count
  throw new UsageError(`--count needs a whole number from 1 to ${MAX_COUNT}, not "${text}"`)
}

function openDatabase(file: string): DatabaseSync {
  const fault = fileProblem(file)
  if (fault !== null) throw new OperatorError(`it ${fault}; ${existsSync(file) ? 'check DATABASE_URL' : ADVICE}`)
  // mode=rw: never creates the file.
  const database = new DatabaseSync(new URL(`${databaseUrl(file)}?mode=rw`), { timeout: BUSY_TIMEOUT_MS })
  if (listPendingMigrations(database).length) throw new OperatorError(`it lacks migrations; ${ADVICE}`)
  // The indexes are filled in random order: SQLite's own 2 MB of cache, and a checkpoint every 1,000 pages, would double the time.
  // The -wal file may grow to 400 MB meanwhile.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -114688; PRAGMA wal_autocheckpoint = 50000')
  return database
}

function addSamplePeople(database: DatabaseSync): number {
  const added = seedSamplePeople(database)
  const people = countPeople(database)
  if (added) truncateWal(database)
  console.log(added ? report(added, people) : `Nothing to add: all sample people are there already, among ${format(people)} in all.`)
  return 0
}

async function addPeopleUpTo(database: DatabaseSync, target: number): Promise<number> {
  let people = countPeople(database)
  if (people >= target) {
    console.log(`Nothing to add: there are ${format(people)} people already, and --count asks for ${format(target)}.`)
    return 0
  }
  let exitStatus = 0
  // Once: who presses Ctrl-C again gets out at once, with the database as valid as after a crash.
  for (const [signal, status] of SIGNALS) process.once(signal, () => (exitStatus = status))
  let added = 0
  const progress = new Progress(process.stderr, target, 'people')
  for (const step of fillUp(database, target)) {
    added += step.added
    people = step.people
    progress.show(people)
    // Lets a signal through.
    await setImmediate()
    if (exitStatus) break
  }
  truncateWal(database)
  progress.end()
  if (exitStatus) console.error('Interrupted; run the same command again to go on.')
  console.log(report(added, people))
  return exitStatus
}

function report(added: number, people: number): string {
  return `Added ${format(added)} ${added === 1 ? 'person' : 'people'}; there are ${format(people)} in all.`
}

function format(count: number): string {
  return count.toLocaleString('en')
}

/** What `error` holds against the database, for the operator; null where only a stack trace helps. */
function explain(error: unknown): string | null {
  if (error instanceof OperatorError) return error.message
  switch (sqliteResultCode(error)) {
    case null:
      return null
    case SQLITE_BUSY:
      return `another program has been writing to it for more than ${BUSY_TIMEOUT_MS / 1000} seconds; run the same command again`
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
      return 'it is not writable; check that it is a file, and the permissions of it and of its folder'
    case SQLITE_FULL:
      return 'its disk is full; make room, and run the same command again'
    case SQLITE_NOTADB:
      return 'it is not a SQLite database; check DATABASE_URL'
    default:
      return errorMessage(error)
  }
}
