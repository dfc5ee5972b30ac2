import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import type { TestDatabase } from '../../fixtures/create-database.ts'
import { addNamedPeople, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { NAMESPACES } from '../../requirements.ts'
import { importFile, SCRIPT, temporaryFile } from './import-file.ts'

// What both engines do is in both-engines.test.ts.
const PEOPLE = NAMED_PEOPLE.length

function databaseWithPeople(): TestDatabase {
  const database = temporaryDatabase()
  addNamedPeople(database.sql)
  return database
}

function listPeople(sql: DatabaseSync): string[] {
  const rows = sql
    .prepare(`SELECT "id" || ' ' || "username" || ' ' || "email" || ' ' || ifnull("age", '-') AS "text" FROM "User" ORDER BY "id"`)
    .all()
  return rows.map(({ text }) => String(text))
}

function readVersion(sql: DatabaseSync): unknown {
  return sql.prepare('PRAGMA data_version').get()?.data_version
}

test('writes the search index, and nothing at all when everything is as it is', () => {
  const { file, url, sql } = databaseWithPeople()
  const people = temporaryFile('username,email\nada,ada@example.net\n')
  expect(importFile(url, [people, '--key', 'username']).status).toBe(0)
  expect(sql.prepare(`SELECT "rowid" FROM "UserSearch" WHERE "UserSearch" MATCH '"example.n"'`).all()).toContainEqual({ rowid: 3 })
  expect(readFileSync(`${file}-wal`)).toHaveLength(0)
  const version = readVersion(sql)
  importFile(url, [people, '--key', 'username'])
  expect(readVersion(sql)).toBe(version)
})

describe('mirror', () => {
  const csv = (people: readonly { username: string; email: string }[]) =>
    ['username,email', ...people.map(({ username, email }) => `"${username}",${email}`)].join('\n')

  test('keeps a copy of the database', () => {
    const { file, url } = databaseWithPeople()
    const { stderr } = importFile(url, ['-', '--mode', 'mirror', '--max-delete', '10%'], csv(NAMED_PEOPLE.slice(1)))
    const copy = /^The database before the import is in (.+)\n$/.exec(stderr)?.[1] ?? ''
    expect(dirname(copy)).toBe(dirname(file))
    using before = new DatabaseSync(copy)
    expect(listPeople(before)).toHaveLength(PEOPLE)
  })

  test.each([
    ['the file is one page of several', '{"users":[{"username":"ada","email":"ada@example.com"}],"next":"/users.json?after=3"}', 'json'],
    ['a row is refused', `${csv(NAMED_PEOPLE)}\nx,y\n`, 'csv'],
    ['too many people would be removed', csv(NAMED_PEOPLE.slice(1)), 'csv'],
  ])('keeps no copy and all people when %s', (_, content, format) => {
    const { file, url, sql } = databaseWithPeople()
    expect(importFile(url, ['-', '--mode', 'mirror', '--format', format], content).status).toBe(1)
    expect(listPeople(sql)).toHaveLength(PEOPLE)
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('roster.db.'))).toEqual([])
  })
})

test.each([
  ['a ZIP archive', () => temporaryFile('PK\x03\x04xyz'), 'it is a ZIP archive or an Excel workbook; unpack it, or save it as CSV'],
  ['a compressed file', () => temporaryFile(gzipSync('username,email')), 'it is compressed with gzip; unpack it'],
  ['a folder', () => temporaryFolder(), 'it is a folder; name a file'],
  ['a missing file', () => '/nowhere/people.csv', 'it does not exist; check its name'],
  [
    'a file without the key',
    () => temporaryFile('username,age\nada,36\n'),
    'no row has the email by which people are found; choose another --key, or name the column with --columns',
  ],
  [
    'a file that ends too early',
    () => temporaryFile('username,email\nx,x@example.com\n"y,y@example.com\n'),
    'line 3 begins a quotation that does not end; add the missing ", or copy the file again',
  ],
  [
    'one endless line',
    () => temporaryFile(`username,email\n${'x'.repeat(100_000_000)}`),
    'line 2 is longer than 4,194,304 characters; end each row with a line break',
  ],
])('%s is refused in one line', (_, createFile, reason) => {
  const { url, sql } = databaseWithPeople()
  const file = createFile()
  const { status, stdout, stderr } = importFile(url, [file])
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  // The progress of a large file comes before.
  expect(stderr.replaceAll(/^Read .*\n/gm, '')).toBe(`${file} cannot be imported, nothing was changed: ${reason}\n`)
  expect(listPeople(sql)).toHaveLength(PEOPLE)
})

test.skipIf(!NAMESPACES.isMet())('a disk that fills up undoes the import', () => {
  const { file, sql } = databaseWithPeople()
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const people = temporaryFile(
    `username,email\n${Array.from({ length: 20_000 }, (_, number) => `user${number},user${number}@example.com\n`).join('')}`,
  )
  const folder = temporaryFolder()
  const commands = 'mount -t tmpfs -o size=3m tmpfs "$0"; cp "$1" "$0/roster.db"; "$2" "$3" import "$4"; "$2" "$3" check'
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', commands, folder, file, process.execPath, SCRIPT, people],
    {
      env: { ...process.env, DATABASE_URL: databaseUrl(join(folder, 'roster.db')) },
      encoding: 'utf8',
    },
  )
  expect({ status, problems: stdout.split('\n').filter((line) => line !== '' && !line.includes('  ok (')) }).toEqual({
    status: 0,
    problems: [],
  })
  expect(stderr).toMatch(/The database .* cannot be changed: its disk is full; free some space, and run the same command again\n$/)
})

test('the report never replaces the file', () => {
  const { url } = databaseWithPeople()
  const file = temporaryFile('username,email\nnew,new@example.com\n')
  expect(importFile(url, [file, '--report', file])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('--report names the same file'),
  })
  expect(readFileSync(file, 'utf8')).toContain('new@example.com')
})

test('a database that is locked, lacks migrations or is missing is refused in one line', () => {
  const { file, url, sql } = databaseWithPeople()
  const input = 'username,email\nnew,new@example.com\n'
  sql.exec('BEGIN IMMEDIATE')
  expect(importFile(url, ['-'], input)).toMatchObject({
    status: 1,
    stderr: `The database ${file} cannot be changed: another program has been writing to it for more than 5 seconds; run the same command again\n`,
  })
  const old = temporaryDatabase(listMigrations().slice(0, -1))
  expect(importFile(old.url, ['-'], input).stderr).toBe(
    `The database ${old.file} cannot be changed: it lacks migrations; apply them with roster prepare\n`,
  )
  expect(importFile(databaseUrl('/nowhere/roster.db'), ['-'], input).stderr).toContain(
    'cannot be changed: it does not exist; create it with roster prepare',
  )
})

test.each([
  [['people.csv', '--key', 'age'], "option '--key <FIELD>' argument 'age' is invalid"],
  [['people.csv', '--mode', 'replace'], "option '--mode <MODE>' argument 'replace' is invalid"],
  [['people.csv', '--encoding', 'klingon'], "option '--encoding <NAME>' argument 'klingon' is invalid"],
  [['people.csv', '--max-delete', '101%'], "option '--max-delete <N>' argument '101%' is invalid"],
  [['people.csv', '--columns', 'name=x'], "option '--columns <NAMES>' argument 'name=x' is invalid"],
  [[], "missing required argument 'FILE'"],
])('%j is refused as wrong use', (args, problem) => {
  const { status, stderr } = importFile('nonsense', args)
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(/^roster: .*; see roster --help\n$/) })
  expect(stderr).toContain(problem)
})
