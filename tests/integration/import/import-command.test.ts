import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { gzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findProblem, PEOPLE_CHECKS } from '../../../server/database/sqlite/check.ts'
import { listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { generatePerson } from '../../../server/database/sqlite/people.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import type { TestDatabase } from '../../fixtures/create-database.ts'
import { addNamedPeople, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { NAMESPACES } from '../../requirements.ts'

const SCRIPT = join(ROOT, 'server/roster.ts')
const PEOPLE = NAMED_PEOPLE.length
const UNCHANGED = 'Nothing was changed: mend the refused rows, or import the others with --skip-bad.'

function databaseWithPeople(): TestDatabase {
  const database = temporaryDatabase()
  addNamedPeople(database.sql)
  return database
}

function temporaryFile(content: string | Buffer, name = 'people.csv'): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, content)
  return file
}

function importFile(url: string, args: string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'import', ...args], {
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
    input,
  })
  return { status, stdout, stderr }
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

test('adds and changes people, exchanges emails, and then finds everything as it is', () => {
  const { url, sql } = databaseWithPeople()
  const file = temporaryFile(
    'User name;E-Mail;Age;Shoe size\r\nada;grace@example.org;37;40\r\nGrace;ADA@example.com;;\r\nZoë;zoe@example.net;29;\r\n',
  )
  const args = [file, '--key', 'username']
  expect(importFile(url, args)).toEqual({
    status: 0,
    stdout: `1 added, 2 changed, 0 same, 0 removed, 0 refused; the database has ${PEOPLE + 1} people.\n`,
    stderr: 'Ignored: the column Shoe size\n',
  })
  const people = listPeople(sql)
  expect(people.slice(2, 4)).toEqual(['3 ada grace@example.org 37', '4 Grace ADA@example.com -'])
  expect(people.at(-1)).toBe('11 Zoë zoe@example.net 29')
  const version = readVersion(sql)
  expect(importFile(url, args).stdout).toBe(`0 added, 0 changed, 3 same, 0 removed, 0 refused; the database has ${PEOPLE + 1} people.\n`)
  expect(readVersion(sql)).toBe(version)
  expect(sql.prepare(`SELECT "rowid" FROM "UserSearch" WHERE "UserSearch" MATCH '"grace@e"'`).all()).toEqual([{ rowid: 3 }])
})

test('explains each refused row, writes nothing, and reports them as a file that can be mended and imported', () => {
  const { url, sql } = databaseWithPeople()
  const before = listPeople(sql)
  const report = join(temporaryFolder(), 'bad.csv')
  const file = temporaryFile(
    'username,email,age\nzoe,zoe@example.net,29\nold,old@example.net,151\nADMIN,x@example.net,\n"a\u200bb",y@example.net,\nzoe2,ZOE@example.net,\n\0,z@example.net,\n',
  )
  const reasons = [
    'Line 3, age "151": age must be a whole number from 0 to 150',
    'Line 4, username "ADMIN": username is already taken, perhaps in a different letter case',
    'Line 5, username "a\\u{200b}b": username must not contain invisible, direction-changing or private-use characters',
    'Line 6, email "ZOE@example.net": email is also in line 2',
    'Line 7, username "\\u0000": username must not contain control characters',
    `All refused rows are in ${report}; mend and import that file`,
  ]
  const counts = '1 added, 0 changed, 0 same, 0 removed, 5 refused'
  const refusal = { status: 1, stdout: `${counts}. ${UNCHANGED}\n`, stderr: `${reasons.join('\n')}\n` }
  expect(importFile(url, [file, '--report', report])).toEqual(refusal)
  expect(importFile(url, [file, '--report', report, '--skip-bad', '--dry-run'])).toEqual({
    ...refusal,
    stdout: `${counts}. Nothing was changed: this is a dry run.\n`,
  })
  expect(listPeople(sql)).toEqual(before)

  expect(importFile(url, [file, '--report', report, '--skip-bad'])).toEqual({
    ...refusal,
    stdout: `${counts}; the database has ${PEOPLE + 1} people.\n`,
  })
  const refused = readFileSync(report, 'utf8')
  expect(refused.split('\r\n').slice(0, 2)).toEqual([
    'line,reason,username,email,age',
    '3,age must be a whole number from 0 to 150,old,old@example.net,151',
  ])
  const mended = refused
    .replace(',151', ',15')
    .replace('ADMIN', 'admin2')
    .replace('a\u200bb', 'ab')
    .replace('ZOE@', 'zoe2@')
    .replace('\0', 'nul')
  expect(importFile(url, [temporaryFile(mended)])).toEqual({
    status: 0,
    stdout: `5 added, 0 changed, 0 same, 0 removed, 0 refused; the database has ${PEOPLE + 6} people.\n`,
    stderr: 'Ignored: the columns line, reason\n',
  })
})

test('shows the first 20 refused rows, with the row that takes what another row needs', () => {
  const { url } = databaseWithPeople()
  const rows = Array.from({ length: 30 }, (_, index) => JSON.stringify({ username: `p${index}`, email: `p${index}`, age: null }))
  const { status, stderr } = importFile(
    url,
    ['-'],
    [...rows, '{"email":"ada@example.com","username":"Grace"}', '{"email":"grace@example.org","username":"x","age":-1}'].join('\n'),
  )
  expect(status).toBe(1)
  expect(stderr).toContain('\nLine 20, email "p19": email must look like name@host\n… and 12 more; --report FILE lists all of them\n')
})

test.each([
  ['update', 'Line 3, email "new@example.com": email belongs to no person'],
  ['add', 'Line 2, email "ada@example.com": email is already taken, perhaps in a different letter case'],
])('--mode %s refuses what it must not do', (mode, reason) => {
  const { url } = databaseWithPeople()
  const { status, stdout, stderr } = importFile(
    url,
    ['-', '--mode', mode],
    'email,username\nada@example.com,lovelace\nnew@example.com,new\n',
  )
  expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: expect.stringContaining('1 refused'), stderr: `${reason}\n` })
})

describe('mirror', () => {
  const csv = (people: readonly { username: string; email: string }[]) =>
    ['username,email', ...people.map(({ username, email }) => `"${username}",${email}`)].join('\n')

  test('removes who is not in the file, changes no age that is not in it, and keeps a copy', () => {
    const { file, url, sql } = databaseWithPeople()
    const { status, stdout, stderr } = importFile(url, ['-', '--mode', 'mirror', '--max-delete', '10%'], csv(NAMED_PEOPLE.slice(1)))
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `0 added, 0 changed, ${PEOPLE - 1} same, 1 removed, 0 refused; the database has ${PEOPLE - 1} people.\n`,
    })
    expect(listPeople(sql)[1]).toBe('3 ada ada@example.com 36')
    const copy = /^The database before the import is in (.+)\n$/.exec(stderr)?.[1] ?? ''
    expect(dirname(copy)).toBe(dirname(file))
    using before = new DatabaseSync(copy)
    expect(listPeople(before)).toHaveLength(PEOPLE)
  })

  test.each([
    [csv([]), 'it has no people, and mirroring it would remove everybody'],
    ['', 'it has no people, and mirroring it would remove everybody'],
    [
      csv(NAMED_PEOPLE.slice(1)),
      `it lacks 1 of ${PEOPLE} people, and --max-delete allows to remove 0; check the file, or raise --max-delete`,
    ],
    [
      '{"users":[{"username":"ada","email":"ada@example.com"}],"next":"/users.json?after=3"}',
      'it is one page of several, and the next one is /users.json?after=3; mirror a whole export',
    ],
  ])('refuses %j', (content, reason) => {
    const { file, url, sql } = databaseWithPeople()
    expect(importFile(url, ['-', '--mode', 'mirror', '--format', content.startsWith('{') ? 'json' : 'csv'], content)).toEqual({
      status: 1,
      stdout: '',
      stderr: `The input cannot be imported, nothing was changed: ${reason}\n`,
    })
    expect(listPeople(sql)).toHaveLength(PEOPLE)
    expect(readdirSync(dirname(file)).filter((name) => name.startsWith('roster.db.'))).toEqual([])
  })

  test('keeps no copy when a row is refused', () => {
    const { file, url } = databaseWithPeople()
    expect(importFile(url, ['-', '--mode', 'mirror'], `${csv(NAMED_PEOPLE)}\nx,y\n`).status).toBe(1)
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

test.skipIf(!existsSync('/dev/full'))('a report that cannot be written undoes the import', () => {
  const { url, sql } = databaseWithPeople()
  const { status, stderr } = importFile(url, ['-', '--skip-bad', '--report', '/dev/full'], 'username,email\nnew,new@example.com\nx,y\n')
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^The input cannot be imported, nothing was changed: the report \/dev\/full cannot be written: ENOSPC: .*\n$/,
    ),
  })
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

test('the report is there when no row can be written', () => {
  const { url } = databaseWithPeople()
  const report = join(temporaryFolder(), 'bad.csv')
  expect(importFile(url, ['-', '--skip-bad', '--report', report], 'username,email\nada2,ada2\n')).toMatchObject({ status: 1 })
  expect(readFileSync(report, 'utf8')).toBe('line,reason,username,email\r\n2,email must look like name@host,ada2,ada2\r\n')
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

describe('while many people are written', () => {
  const COUNT = 50_000

  function startLongImport(): TestDatabase & { command: RosterProcess } {
    const database = databaseWithPeople()
    const lines = Array.from({ length: COUNT }, (_, index) => JSON.stringify(generatePerson(index)))
    const file = temporaryFile(lines.join('\n'), 'people.ndjson')
    const command = new RosterProcess({
      command: ['sh', '-c', 'exec "$0" "$@" 2>&1', process.execPath, SCRIPT, 'import', file],
      env: { DATABASE_URL: database.url },
    })
    onTestFinished(() => command.stop())
    return { ...database, command }
  }

  test('readers see none of them, then all, and the -wal file does not keep its size', async () => {
    const { file, sql, command } = startLongImport()
    await command.printed(/% \(.* people, .* a second, .* left\)/)
    expect(listPeople(sql)).toHaveLength(PEOPLE)
    expect(await command.exited()).toEqual({ status: 0, signal: null })
    expect(listPeople(sql)).toHaveLength(PEOPLE + COUNT)
    expect(readFileSync(`${file}-wal`)).toHaveLength(0)
    for (const check of PEOPLE_CHECKS) expect([check.name, findProblem(check, sql)]).toEqual([check.name, null])
    expect(command.stdout).toContain(`${COUNT.toLocaleString('en')} added, 0 changed`)
  })

  test.each([
    ['SIGINT', { status: 130, signal: null }],
    ['SIGKILL', { status: null, signal: 'SIGKILL' }],
  ] as const)('%s changes nothing and leaves no file', async (signal, exit) => {
    const { file, sql, command } = startLongImport()
    await command.printed(/ people, .* left\)/)
    command.kill(signal)
    expect(await command.exited()).toEqual(exit)
    if (signal === 'SIGINT') expect(command.stdout).toContain('Interrupted; nothing was changed.\n')
    expect(listPeople(sql)).toHaveLength(PEOPLE)
    expect(sql.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    expect(readdirSync(dirname(file)).filter((name) => !/^roster\.db(?:-wal|-shm)?$/.test(name))).toEqual([])
  })
})
