import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { generatePerson } from '../../../server/database/people.ts'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
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

/** A running seed of very many people, whose progress goes to stdout. */
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
  expect(await seed(url)).toEqual({ status: 0, stdout: `Added ${SAMPLES} people; there are ${SAMPLES} in all.\n`, stderr: '' })
  const version = sql.prepare('PRAGMA data_version').get()
  expect(await seed(url)).toEqual({
    status: 0,
    stdout: `Nothing to add: all sample people are there already, among ${SAMPLES} in all.\n`,
    stderr: '',
  })
  expect(sql.prepare('PRAGMA data_version').get()).toEqual(version)
})

test('--count adds people with progress lines, then adds nothing', async () => {
  const { url, sql } = temporaryDatabase()
  const { status, stdout, stderr } = await seed(url, ['--count', '25000'])
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'Added 25,000 people; there are 25,000 in all.\n' })
  expect(stderr).toMatch(/^(?:\d+ % \([\d,]+ of 25,000 people\)\n)+$/)
  expect(stderr).toContain('100 % (25,000 of 25,000 people)\n')
  expect(countPeople(sql)).toBe(25_000)
  expect(await seed(url, ['--count=24000'])).toEqual({
    status: 0,
    stdout: 'Nothing to add: there are 25,000 people already, and --count asks for 24,000.\n',
    stderr: '',
  })
})

test('the -wal file does not keep the size of a large seed, and a reader does not keep a seed from ending', async () => {
  const { file, url, sql } = temporaryDatabase()
  await seed(url, ['--count', '5000'])
  expect(statSync(`${file}-wal`).size).toBe(0)
  sql.exec('BEGIN; SELECT count(*) FROM "User"')
  expect(await seed(url, ['--count', '5010'])).toMatchObject({ status: 0, stdout: expect.stringContaining('Added 10 people') })
  sql.exec('COMMIT')
  expect(countPeople(sql)).toBe(5010)
})

test('--help explains without a database', async () => {
  const { status, stdout, stderr } = await seed('nonsense', ['--help'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('npx prisma db seed [-- --count N]')
})

test.each([
  [['--count', '0'], '--count needs a whole number from 1 to 10000000, not "0"'],
  [['--count', '-5'], '--count needs a whole number from 1 to 10000000, not "-5"'],
  [['--count', 'abc'], '--count needs a whole number from 1 to 10000000, not "abc"'],
  [['--count', '1e3'], '--count needs a whole number from 1 to 10000000, not "1e3"'],
  [['--count', '1.5'], '--count needs a whole number from 1 to 10000000, not "1.5"'],
  [['--count', '10000001'], '--count needs a whole number from 1 to 10000000, not "10000001"'],
  [['--count', ''], '--count needs a whole number from 1 to 10000000, not ""'],
  [['--count'], '--count needs a whole number from 1 to 10000000, not ""'],
  [['--count', '5', '--count', '6'], '--count may be given only once'],
  [['--count', '5', '--force'], 'unknown option "--force"; see --help'],
  [['5'], 'unexpected argument "5"; see --help'],
])('%j is refused and nothing changes', async (args, complaint) => {
  const { url, sql } = temporaryDatabase()
  expect(await seed(url, args)).toEqual({ status: 2, stdout: '', stderr: `${complaint}\n` })
  expect(countPeople(sql)).toBe(0)
})

test('a missing database is not created', async () => {
  const file = join(temporaryFolder(), 'roster.db')
  expect(await seed(databaseUrl(file))).toEqual({
    status: 1,
    stdout: '',
    stderr: `The database ${file} cannot be seeded: it does not exist; run npx prisma migrate deploy or npm start first\n`,
  })
  expect(existsSync(file)).toBe(false)
})

test.each([
  ['an empty file', '', 'it lacks migrations; run npx prisma migrate deploy or npm start first'],
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

// Root may write everything, so the command runs as nobody then.
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

test('a seed stops after a while when another program keeps writing', async () => {
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
  await command.printed(/\d % /)
  command.kill(signal)
  expect(await command.exited()).toEqual(exit)

  const people = countPeople(sql)
  expect(people).toBeGreaterThan(SAMPLES)
  expect(people).toBeLessThan(1_000_000)
  expect(sql.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  if (signal !== 'SIGKILL') {
    expect(command.stdout).toContain('Interrupted; run the same command again to go on.\n')
    expect(command.stdout).toContain(`there are ${people.toLocaleString('en')} in all.\n`)
  }

  expect(await seed(url, ['--count', String(people + 10)])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Added 10 people;'),
  })
  const last = sql.prepare('SELECT * FROM "User" ORDER BY id DESC').get()
  expect(last).toEqual({ id: people + 10, ...generatePerson(people + 10 - SAMPLES - 1) })
})
