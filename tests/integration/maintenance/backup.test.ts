import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { addNamedPeople, addPeople, listGuests, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { NAMESPACES } from '../../requirements.ts'

const SCRIPT = join(ROOT, 'server/roster.ts')
const NAMED = /^roster\.db\.\d{8}T\d{6}\.\d{3}Z$/

function backup(file: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'backup', ...options], {
    env: { ...process.env, DATABASE_URL: databaseUrl(file) },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => database.close())
  return database
}

test('copies what is committed while others have the database open, and never over a file', () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  sql.exec(`BEGIN; DELETE FROM "User"`)
  const copy = join(temporaryFolder(), 'copy.db')
  const { status, stdout, stderr } = backup(file, copy)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(/^Backed up 10 people to \S+\/copy\.db \(\d\.\d MB, \d+\.\d s\)\n$/)
  const database = open(copy)
  expect(database.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: NAMED_PEOPLE.length })
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  expect(statSync(copy).mode & 0o007).toBe(0)
  expect(backup(file, copy)).toEqual({
    status: 1,
    stdout: '',
    stderr: `The database ${file} cannot be backed up: ${copy} already exists; name another file\n`,
  })
})

test('has all of a transaction or nothing while another program writes without pause', async () => {
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  // Two people in each transaction, one after the other.
  const writer = new RosterProcess({
    command: [
      process.execPath,
      '--eval',
      `const sql = new (require('node:sqlite').DatabaseSync)(process.argv[1], { timeout: 10_000 })
       const insert = sql.prepare('INSERT INTO "User" (username, email) VALUES (?, ?)')
       for (let i = 0; ; i += 1) {
         sql.exec('BEGIN')
         for (const name of ['a' + i, 'b' + i]) insert.run(name, name + '@example.com')
         sql.exec('COMMIT')
         if (i === 100) console.log('writing')
       }`,
      file,
    ],
  })
  onTestFinished(() => writer.stop())
  await writer.printed(/writing/)
  const folder = temporaryFolder()
  const people = [1, 2, 3].map((number) => {
    expect(backup(file, join(folder, `${number}.db`))).toMatchObject({ status: 0, stderr: '' })
    return Number(
      open(join(folder, `${number}.db`))
        .prepare('SELECT count(*) AS people FROM "User"')
        .get()?.people,
    )
  })
  expect(people.map((count) => count % 2)).toEqual([0, 0, 0])
  expect(people).toEqual([...new Set(people)].sort((a, b) => a - b))
})

test('without a file name is beside the database; --keep removes older ones that Roster named, and nothing else', () => {
  const { file } = temporaryDatabase()
  const folder = join(file, '..')
  const old = ['roster.db.20250101T000000Z', 'roster.db.20250102T000000.000Z', 'roster.db.20250103T000000.000Z']
  const others = ['roster.db.before-20261127080000_fold_names', 'roster.db.20250101T000000Z.txt', 'other.db.20250101T000000Z']
  for (const name of [...old, ...others]) writeFileSync(join(folder, name), '')
  mkdirSync(join(folder, 'roster.db.20250104T000000.000Z'))
  const { stdout } = backup(file, '--keep', '2')
  expect(stdout.split('\n').slice(1)).toEqual([`Removed ${join(folder, old[1] ?? '')}`, `Removed ${join(folder, old[0] ?? '')}`, ''])
  const left = readdirSync(folder)
  expect(left).toEqual(expect.arrayContaining([...others, old[2], 'roster.db.20250104T000000.000Z']))
  expect(left.filter((name) => NAMED.test(name)).length).toBe(3)
  const file2 = join(folder, 'named.db')
  expect(backup(file, file2, '--keep', '2')).toEqual({
    status: 1,
    stdout: '',
    stderr: `--keep is for backups that Roster names, and ${file2} is not a folder; name a folder, or leave out --keep\n`,
  })
})

test('into a folder never takes the name of another, even at the same moment', async () => {
  const { file } = temporaryDatabase()
  const folder = temporaryFolder()
  const command: [string, ...string[]] = [process.execPath, SCRIPT, 'backup', folder, '--keep', '9']
  const backups = [1, 2, 3].map(() => new RosterProcess({ command, env: { DATABASE_URL: databaseUrl(file) } }))
  for (const each of backups) expect(await each.exited()).toEqual({ status: 0, signal: null })
  expect(readdirSync(folder).filter((name) => NAMED.test(name)).length).toBe(3)
})

test('of a damaged database leaves no file, and removes none', () => {
  const { file, sql } = temporaryDatabase()
  addPeople(sql, listGuests(1, 500))
  sql.exec(`UPDATE "UserAgeCount" SET "people" = "people" + 1 WHERE "age" = 20`)
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'roster.db.20250101T000000Z'), '')
  expect(backup(file, folder, '--keep', '1')).toEqual({
    status: 1,
    stdout: '',
    stderr: `The database ${file} cannot be backed up: its copy was checked and removed: it has 500 people, but counts of 501; see roster check\n`,
  })
  expect(readdirSync(folder)).toEqual(['roster.db.20250101T000000Z'])
})

test('of a missing database creates nothing', () => {
  const file = join(temporaryFolder(), 'roster.db')
  expect(backup(file)).toMatchObject({ status: 1, stderr: `The database ${file} cannot be backed up: it does not exist\n` })
  expect(existsSync(file)).toBe(false)
})

test('drafts that a killed process left are removed a day later', () => {
  const { file } = temporaryDatabase()
  const draft = `${file}.20250101T000000.000Z.11111111-2222-3333-4444-555555555555.new`
  for (const path of [draft, `${draft}-journal`, `${file}.new`]) writeFileSync(path, '')
  expect(backup(file).status).toBe(0)
  expect(existsSync(draft)).toBe(true)
  spawnSync('touch', ['-d', '2 days ago', draft, `${draft}-journal`, `${file}.new`])
  expect(backup(file).status).toBe(0)
  expect([draft, `${draft}-journal`, `${file}.new`].map((path) => existsSync(path))).toEqual([false, false, true])
})

test.skipIf(!NAMESPACES.isMet())('on a full disk leaves no half file', () => {
  const { file } = temporaryDatabase()
  const folder = temporaryFolder()
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs -o size=100k tmpfs "$0" && ! "$1" "$2" backup "$0" --keep 3 && ls "$0"`,
      folder,
      process.execPath,
      SCRIPT,
    ],
    { env: { ...process.env, DATABASE_URL: databaseUrl(file) }, encoding: 'utf8' },
  )
  expect({ status, stdout, stderr }).toEqual({
    status: 0,
    stdout: '',
    stderr: `The database ${file} cannot be backed up: the disk is full; free space in ${folder}, or name a folder on another disk\n`,
  })
})
