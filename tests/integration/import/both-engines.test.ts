// Over 200 lines: what an import promises on either engine is one list.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { generatePerson } from '../../../server/database/sqlite/people.ts'
import { type Directory, ENGINES } from '../../fixtures/engines.ts'
import { NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'
import { importFile, SCRIPT, temporaryFile, UNCHANGED } from './import-file.ts'

const PEOPLE = NAMED_PEOPLE.length

async function listPeople({ query }: Directory): Promise<string[]> {
  const rows = await query('SELECT "id", "username", "email", "age" FROM "User" ORDER BY "id"')
  return rows.map(({ id, username, email, age }) => `${id} ${username} ${email} ${age ?? '-'}`)
}

describe.each(ENGINES)('on $name', ({ name, start }) => {
  const temporaryDirectory = start()

  async function directoryWithPeople(): Promise<Directory> {
    const directory = await temporaryDirectory()
    await directory.addPeople(NAMED_PEOPLE)
    return directory
  }

  test('adds and changes people, exchanges emails, and then finds everything as it is', async () => {
    const directory = await directoryWithPeople()
    const file = temporaryFile(
      'User name;E-Mail;Age;Shoe size\r\nada;grace@example.org;37;40\r\nGrace;ADA@example.com;;\r\nZoë;zoe@example.net;29;\r\n',
    )
    const args = [file, '--key', 'username']
    expect(importFile(directory.url, args)).toEqual({
      status: 0,
      stdout: `1 added, 2 changed, 0 same, 0 removed, 0 refused; the database has ${PEOPLE + 1} people.\n`,
      stderr: 'Ignored: the column Shoe size\n',
    })
    const people = await listPeople(directory)
    expect(people.slice(2, 4)).toEqual(['3 ada grace@example.org 37', '4 Grace ADA@example.com -'])
    expect(people.at(-1)).toBe('11 Zoë zoe@example.net 29')
    expect(importFile(directory.url, args).stdout).toBe(
      `0 added, 0 changed, 3 same, 0 removed, 0 refused; the database has ${PEOPLE + 1} people.\n`,
    )
  })

  test('gives people who have no id in the file one behind all others', async () => {
    const directory = await temporaryDirectory()
    const csv = 'id,username,email\n,last,last@example.com\n7,seven,seven@example.com\n1,one,one@example.com\n'
    expect(importFile(directory.url, ['-'], csv).status).toBe(0)
    expect(await listPeople(directory)).toEqual(['1 one one@example.com -', '7 seven seven@example.com -', '8 last last@example.com -'])
    await directory.execute(`INSERT INTO "User" ("username", "email") VALUES ('next', 'next@example.com')`)
    expect((await listPeople(directory)).at(-1)).toBe('9 next next@example.com -')
  })

  test('explains each refused row, writes nothing, and reports them as a file that can be mended and imported', async () => {
    const directory = await directoryWithPeople()
    const { url } = directory
    const before = await listPeople(directory)
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
    expect(await listPeople(directory)).toEqual(before)

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

  test('names what no column can hold as it is in the file', async () => {
    const { url } = await directoryWithPeople()
    const rows = [
      { username: 'a\tb\\n', email: 'a@b' },
      { username: { first: 'Ann' }, email: 'b@b' },
      { username: 'c', email: null },
      { username: 'd', email: 'd@b', age: 36.5 },
      { id: 'first', username: 'e', email: 'e@b' },
      { id: 2147483648, username: 'f', email: 'f@b' },
      { username: `${'🦊'.repeat(80)}!`, email: 'g@b' },
      { username: 'h', email: 'ada@example.com', age: 'old' },
    ]
    expect(importFile(url, ['-', '--format', 'ndjson'], rows.map((row) => JSON.stringify(row)).join('\n')).stderr.split('\n')).toEqual([
      'Line 1, username "a\\tb\\\\n": username must not contain control characters',
      'Line 2, username "{\\"first\\":\\"Ann\\"}": username must be text',
      'Line 3, email (missing): email must not be missing',
      'Line 4, age "36.5": age must be a whole number',
      'Line 5, id "first": id must be a whole number',
      'Line 6, id "2147483648": id must be between 1 and 2147483647',
      expect.stringMatching(/^Line 7, username "(?:🦊)+…": username must have 1 to 80 characters$/u),
      'Line 8, age "old": age must be a whole number',
      '',
    ])
  })

  test('shows the first 20 refused rows', async () => {
    const { url } = await directoryWithPeople()
    const rows = Array.from({ length: 32 }, (_, index) => JSON.stringify({ username: `p${index}`, email: `p${index}`, age: null }))
    const { status, stderr } = importFile(url, ['-'], rows.join('\n'))
    expect(status).toBe(1)
    expect(stderr).toContain('\nLine 20, email "p19": email must look like name@host\n… and 12 more; --report FILE lists all of them\n')
  })

  test.each([
    ['update', 'Line 3, email "new@example.com": email belongs to no person'],
    ['add', 'Line 2, email "ada@example.com": email is already taken, perhaps in a different letter case'],
  ])('--mode %s refuses what it must not do', async (mode, reason) => {
    const { url } = await directoryWithPeople()
    const csv = 'email,username\nada@example.com,lovelace\nnew@example.com,new\n'
    const { status, stdout, stderr } = importFile(url, ['-', '--mode', mode], csv)
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: expect.stringContaining('1 refused'), stderr: `${reason}\n` })
  })

  describe('mirror', () => {
    const csv = (people: readonly { username: string; email: string }[]) =>
      ['username,email', ...people.map(({ username, email }) => `"${username}",${email}`)].join('\n')

    test('removes who is not in the file, changes no age that is not in it, and names the way back', async () => {
      const directory = await directoryWithPeople()
      expect(importFile(directory.url, ['-', '--mode', 'mirror', '--max-delete', '10%'], csv(NAMED_PEOPLE.slice(1)))).toEqual({
        status: 0,
        stdout: `0 added, 0 changed, ${PEOPLE - 1} same, 1 removed, 0 refused; the database has ${PEOPLE - 1} people.\n`,
        stderr: expect.stringMatching(
          name === 'SQLite'
            ? /^The database before the import is in .*\n$/
            : /^No copy of the database was kept: .*docs\/cluster-backup\.md.*\n$/,
        ),
      })
      expect((await listPeople(directory))[1]).toBe('3 ada ada@example.com 36')
    })

    test.each([
      ['username,email', 'it has no people, and mirroring it would remove everybody'],
      [
        csv(NAMED_PEOPLE.slice(1)),
        `it lacks 1 of ${PEOPLE} people, and --max-delete allows to remove 0; check the file, or raise --max-delete`,
      ],
    ])('refuses %j', async (content, reason) => {
      const directory = await directoryWithPeople()
      expect(importFile(directory.url, ['-', '--mode', 'mirror', '--skip-bad'], content)).toEqual({
        status: 1,
        stdout: '',
        stderr: `The input cannot be imported, nothing was changed: ${reason}\n`,
      })
      expect(await listPeople(directory)).toHaveLength(PEOPLE)
    })
  })

  test.skipIf(!existsSync('/dev/full'))('a report that cannot be written undoes the import', async () => {
    const directory = await directoryWithPeople()
    const csv = 'username,email\nnew,new@example.com\nx,y\n'
    expect(importFile(directory.url, ['-', '--skip-bad', '--report', '/dev/full'], csv)).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /^The input cannot be imported, nothing was changed: the report \/dev\/full cannot be written: ENOSPC: .*\n$/,
      ),
    })
    expect(await listPeople(directory)).toHaveLength(PEOPLE)
  })

  test('the report is there when no row can be written', async () => {
    const { url } = await directoryWithPeople()
    const report = join(temporaryFolder(), 'bad.csv')
    expect(importFile(url, ['-', '--skip-bad', '--report', report], 'username,email\nada2,ada2\n')).toMatchObject({ status: 1 })
    expect(readFileSync(report, 'utf8')).toBe('line,reason,username,email\r\n2,email must look like name@host,ada2,ada2\r\n')
  })

  describe('while many people are written', () => {
    const COUNT = 50_000

    async function startLongImport(): Promise<Directory & { command: RosterProcess }> {
      const directory = await directoryWithPeople()
      const lines = Array.from({ length: COUNT }, (_, index) => JSON.stringify(generatePerson(index)))
      const file = temporaryFile(lines.join('\n'), 'people.ndjson')
      const command = new RosterProcess({
        command: ['sh', '-c', 'exec "$0" "$@" 2>&1', process.execPath, SCRIPT, 'import', file],
        env: { DATABASE_URL: directory.url },
      })
      onTestFinished(() => command.stop())
      return { ...directory, command }
    }

    test('readers see none of them, then all, and the database passes its checks', async () => {
      const { command, ...directory } = await startLongImport()
      await command.printed(/% \(.* people, .* a second, .* left\)/)
      expect(await listPeople(directory)).toHaveLength(PEOPLE)
      expect(await command.exited()).toEqual({ status: 0, signal: null })
      expect(await listPeople(directory)).toHaveLength(PEOPLE + COUNT)
      expect(command.stdout).toContain(`${COUNT.toLocaleString('en')} added, 0 changed`)
      const check = new RosterProcess({ command: [process.execPath, SCRIPT, 'check'], env: { DATABASE_URL: directory.url } })
      expect(await check.exited()).toEqual({ status: 0, signal: null })
    })

    test.each([
      ['SIGINT', { status: 130, signal: null }],
      ['SIGKILL', { status: null, signal: 'SIGKILL' }],
    ] as const)('%s changes nothing', async (signal, exit) => {
      const { command, ...directory } = await startLongImport()
      await command.printed(/ people, .* left\)/)
      command.kill(signal)
      expect(await command.exited()).toEqual(exit)
      if (signal === 'SIGINT') expect(command.stdout).toContain('Interrupted; nothing was changed.\n')
      expect(await listPeople(directory)).toHaveLength(PEOPLE)
    })
  })
})
