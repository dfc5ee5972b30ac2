import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { generatePerson } from '../../../server/database/sqlite/people.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'

const SAMPLES = SAMPLE_PEOPLE.length
const NOBODY = 65534

async function seed(url: string, args: string[] = [], options: { uid?: number } = {}) {
  const command = new RosterProcess({ command: [process.execPath, 'prisma/seed.ts', ...args], env: { DATABASE_URL: url }, ...options })
  const { status } = await command.exited()
  return { status, stdout: command.stdout, stderr: command.stderr }
}

/** A running seed of a million people, with its progress on stdout. */
function startLongSeed(url: string): RosterProcess {
  const script = 'exec "$0" prisma/seed.ts --count 1000000 2>&1'
  const command = new RosterProcess({ command: ['sh', '-c', script, process.execPath], env: { DATABASE_URL: url } })
  onTestFinished(() => command.stop())
  return command
}

function countPeople(sql: DatabaseSync): number {
  return Number(sql.prepare('SELECT count(*) AS people FROM "User"').get()?.people)
}

test('adds the sample people, then nothing', async () => {
  const { url, sql } = temporaryDatabase()
  expect(await seed(url)).toEqual({ status: 0, stdout: `Added ${SAMPLES} people; the database has ${SAMPLES} people.\n`, stderr: '' })
  const version = sql.prepare('PRAGMA data_version').get()
  expect(await seed(url)).toEqual({
    status: 0,
    stdout: `Nothing to add; the database has ${SAMPLES} people.\n`,
    stderr: '',
  })
  expect(sql.prepare('PRAGMA data_version').get()).toEqual(version)
})

test('--count adds people with progress in lines, then adds nothing', async () => {
  const { url, sql } = temporaryDatabase()
  const { status, stdout, stderr } = await seed(url, ['--count', '25000'])
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'Added 25,000 people; the database has 25,000 people.\n' })
  expect(stderr).toMatch(/^(?:\d+ % \([\d,]+ of 25,000 people\)\n)+$/)
  expect(stderr).toContain('100 % (25,000 of 25,000 people)\n')
  expect(countPeople(sql)).toBe(25_000)
  expect(await seed(url, ['--count=24000'])).toEqual({
    status: 0,
    stdout: 'Nothing to add; the database has 25,000 people.\n',
    stderr: '',
  })
})

test('the -wal file does not keep the size of a large seed, and a reader does not keep a seed from finishing', async () => {
  const { file, url, sql } = temporaryDatabase()
  await seed(url, ['--count', '5000'])
  expect(statSync(`${file}-wal`).size).toBe(0)
  sql.exec('BEGIN; SELECT count(*) FROM "User"')
  expect(await seed(url, ['--count', '5010'])).toMatchObject({ status: 0, stdout: expect.stringContaining('Added 10 people') })
  sql.exec('COMMIT')
  expect(countPeople(sql)).toBe(5010)
})

test.skipIf(process.platform !== 'linux')('a terminal shows a bar', async () => {
  const { url } = temporaryDatabase()
  const script = ['script', '--quiet', '--return', '--command', 'node prisma/seed.ts --count 5000', '/dev/null'] as const
  const terminal = new RosterProcess({ command: [...script], env: { DATABASE_URL: url } })
  expect(await terminal.exited()).toEqual({ status: 0, signal: null })
  expect(terminal.stdout).toMatch(/\[\.+\] 0 % \(0 of 5,000 people\)[\s\S]*\[#+\] 100 % \(5,000 of 5,000 people\)/)
  expect(terminal.stdout).toContain('Added 5,000 people; the database has 5,000 people.')
})

test('--help explains without a database', async () => {
  const { status, stdout, stderr } = await seed('nonsense', ['--help'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^Usage: roster seed \[options\]\n/)
})

test.each([
  ...['0', '-5', 'abc', '1e3', '1.5', '10000001', ''].map((count): [string[], string] => [
    ['--count', count],
    `option '--count <N>' argument '${count}' is invalid. It must be a whole number from 1 to 10000000`,
  ]),
  [['--count'], "option '--count <N>' argument missing"],
  [['--count', '5', '--count', '6'], "option '--count <N>' argument '6' is invalid. It may be given only once"],
  [['--count', '5', '--force'], "unknown option '--force'"],
  [['5'], "too many arguments for 'seed'. Expected 0 arguments but got 1: 5"],
])('%j is refused and nothing changes', async (args, problem) => {
  const { url, sql } = temporaryDatabase()
  expect(await seed(url, args)).toEqual({ status: 2, stdout: '', stderr: `roster: ${problem}; see roster --help\n` })
  expect(countPeople(sql)).toBe(0)
})

test('a missing database is not created', async () => {
  const file = join(temporaryFolder(), 'roster.db')
  expect(await seed(databaseUrl(file))).toEqual({
    status: 1,
    stdout: '',
    stderr: `The database ${file} cannot be seeded: it does not exist; create it with roster prepare, or check DATABASE_URL\n`,
  })
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['an empty file', '', 'it lacks migrations; apply them with roster prepare'],
  ['another kind of file', 'a letter to a friend', 'it is not a SQLite database; check DATABASE_URL'],
])('%s is refused and left as it is', async (_, content, reason) => {
  const file = join(temporaryFolder(), 'roster.db')
  writeFileSync(file, content)
  expect(await seed(databaseUrl(file))).toEqual({ status: 1, stdout: '', stderr: `The database ${file} cannot be seeded: ${reason}\n` })
  expect(readFileSync(file, 'utf8')).toBe(content)
})

test('a folder is refused', async () => {
  const folder = join(temporaryFolder(), 'roster.db')
  mkdirSync(folder)
  const { status, stderr } = await seed(databaseUrl(folder))
  expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^The database .* it is a folder; .*\n$/) })
})

// Root may write everything: then the command runs as the user nobody.
test('a database that may only be read is refused', async () => {
  const { file, url, sql } = temporaryDatabase()
  sql.close()
  chmodSync(file, 0o444)
  chmodSync(dirname(file), 0o555)
  onTestFinished(() => chmodSync(dirname(file), 0o755))
  const { status, stdout, stderr } = await seed(url, [], process.getuid?.() === 0 ? { uid: NOBODY } : {})
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/^The database .* it is not writable; .*\n$/),
  })
})

test('a database that another program keeps locked is given up after five seconds', async () => {
  const { url, sql } = temporaryDatabase()
  sql.exec('BEGIN IMMEDIATE')
  const { status, stderr } = await seed(url)
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringContaining('another program has been writing to it for more than 5 seconds'),
  })
})

test.each([
  ['SIGINT', { status: 130, signal: null }],
  ['SIGTERM', { status: 143, signal: null }],
  ['SIGKILL', { status: null, signal: 'SIGKILL' }],
] as const)('%s leaves a valid database, and the next run continues from there', async (signal, exit) => {
  const { url, sql } = temporaryDatabase()
  const command = startLongSeed(url)
  await command.printed(/[1-9]\d? % /)
  command.kill(signal)
  expect(await command.exited()).toEqual(exit)

  const people = countPeople(sql)
  expect(people).toBeGreaterThan(SAMPLES)
  expect(people).toBeLessThan(1_000_000)
  expect(sql.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  if (signal !== 'SIGKILL') {
    expect(command.stdout).toContain('Interrupted; run the same command again to continue.\n')
    expect(command.stdout).toContain(`the database has ${people.toLocaleString('en')} people.\n`)
  }

  expect(await seed(url, ['--count', String(people + 10)])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Added 10 people;'),
  })
  const last = sql.prepare('SELECT * FROM "User" ORDER BY id DESC').get()
  expect(last).toEqual({ id: people + 10, ...generatePerson(people + 10 - SAMPLES - 1) })
})
