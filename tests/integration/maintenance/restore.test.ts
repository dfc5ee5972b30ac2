// Longer than 200 lines: each state that the old database or the backup can be in is one case.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { copyDatabase } from '../../../server/database/sqlite/copy.ts'
import { listMigrations, listPendingMigrations, listSchemaDifferences } from '../../../server/database/sqlite/migrate.ts'
import { fillUp } from '../../../server/database/sqlite/seed.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { addNamedPeople, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { NAMESPACES } from '../../requirements.ts'

const SCRIPT = join(ROOT, 'server/roster.ts')
const NAMED = /^roster\.db\.\d{8}T\d{6}\.\d{3}Z$/

function restore(file: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, 'restore', ...options], {
    env: { ...process.env, DATABASE_URL: databaseUrl(file) },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file)
  onTestFinished(() => {
    if (database.isOpen) database.close()
  })
  return database
}

function readPeople(file: string): { people: number; counted: number } {
  using database = new DatabaseSync(file)
  expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  const { people, counted } =
    database.prepare('SELECT count(*) AS people, (SELECT sum(people) FROM "UserAgeCount") AS counted FROM "User"').get() ?? {}
  return { people: Number(people), counted: Number(counted) }
}

/** The database of ten people, and a backup with `people` of them in another folder. */
function databaseAndBackup(people: number = NAMED_PEOPLE.length, migrations = listMigrations()) {
  const { sql: other } = temporaryDatabase(migrations)
  addNamedPeople(other)
  other.exec(`DELETE FROM "User" WHERE "id" > ${people}`)
  const backup = join(temporaryFolder(), 'backup.db')
  copyDatabase(other, backup)
  const { file, sql } = temporaryDatabase()
  addNamedPeople(sql)
  return { file, sql, backup, listKept: () => readdirSync(join(file, '..')).filter((name) => NAMED.test(name)) }
}

test('replaces the database while others have it open, and keeps the old one with its last changes', () => {
  const { file, sql, backup, listKept } = databaseAndBackup(3)
  sql.exec(`PRAGMA wal_autocheckpoint = 0; UPDATE "User" SET "email" = 'last@example.com' WHERE "id" = 1`)
  const before = readFileSync(backup)
  const { status, stdout, stderr } = restore(file, backup, '--yes')
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toMatch(
    /^Checking .*\n {2}Backup {4}\S+backup\.db: 3 people, last changed \S+Z\n {2}Replaces {2}\S+roster\.db: 10 people, last changed \S+Z\n {2}Kept as .*\nRestored 3 people \(\d/,
  )
  expect(sql.prepare('SELECT count(*) AS people FROM "User"').get()).toEqual({ people: 3 })
  expect(sql.prepare(`SELECT count(*) AS found FROM "UserSearch" WHERE "UserSearch" MATCH 'adm'`).get()).toEqual({ found: 1 })
  expect(readPeople(file)).toEqual({ people: 3, counted: 3 })
  const [kept = '', ...others] = listKept()
  expect(others).toEqual([])
  expect(
    open(join(file, '..', kept))
      .prepare('SELECT count(*) AS people, max("email" = ?) AS last FROM "User"')
      .get('last@example.com'),
  ).toEqual({
    people: NAMED_PEOPLE.length,
    last: 1,
  })
  expect(readFileSync(backup)).toEqual(before)
  expect(readdirSync(join(file, '..')).filter((name) => name.includes('.new'))).toEqual([])
})

test('an older backup is migrated in a copy, and is not changed itself', () => {
  const { file, backup } = databaseAndBackup(3, listMigrations().slice(0, 2))
  const before = readFileSync(backup)
  expect(restore(file, backup, '--yes')).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('the copy was migrated: '),
    stderr: '',
  })
  const database = open(file)
  expect([listPendingMigrations(database), listSchemaDifferences(database)]).toEqual([[], []])
  expect(readPeople(file)).toEqual({ people: 3, counted: 3 })
  expect(readFileSync(backup)).toEqual(before)
})

test('a database with pages of another size, and one of a newer release, are replaced', () => {
  const { file, sql, backup } = databaseAndBackup(3)
  sql.exec(`PRAGMA journal_mode = DELETE; PRAGMA page_size = 4096; VACUUM; PRAGMA journal_mode = WAL;
    UPDATE "_prisma_migrations" SET "migration_name" = '29990101000000_next'`)
  expect(restore(file, backup, '--yes')).toMatchObject({ status: 0, stderr: '' })
  expect(sql.prepare('PRAGMA page_size').get()).toEqual({ page_size: 4096 })
  expect(readPeople(file)).toEqual({ people: 3, counted: 3 })
})

test.each([
  ['is missing', (file: string) => rmSync(file)],
  ['is empty', (file: string) => writeFileSync(file, '')],
  ['is no database', (file: string) => writeFileSync(file, 'Dear diary, today I was not a database.')],
  ['is damaged inside', (file: string) => writeFileSync(file, readFileSync(file).fill(0xff, 8_192, 30 * 8_192))],
])('a database that %s is replaced, and nothing of its -wal file gets into the new one', (_, damage) => {
  const { file, sql, backup, listKept } = databaseAndBackup(3)
  sql.exec(`PRAGMA wal_checkpoint(TRUNCATE); PRAGMA wal_autocheckpoint = 0; UPDATE "User" SET "email" = "id" || '@old.example'`)
  const wal = readFileSync(`${file}-wal`)
  sql.close()
  damage(file)
  const damaged = existsSync(file) ? readFileSync(file) : null
  writeFileSync(`${file}-wal`, wal)
  expect(restore(file, backup, '--yes')).toMatchObject({ status: 0, stderr: '' })
  expect(readPeople(file)).toEqual({ people: 3, counted: 3 })
  expect(open(file).prepare(`SELECT count(*) AS old FROM "User" WHERE "email" LIKE '%@old.example'`).get()).toEqual({ old: 0 })
  if (damaged === null || damaged.length === 0) return
  const [kept = ''] = listKept()
  expect(readFileSync(join(file, '..', kept)).length).toBeGreaterThan(0)
})

test.each([
  ['another program', `CREATE TABLE other (id)`, 'it is not a backup of Roster; name another file'],
  ['a newer release', undefined, 'it was migrated by a newer release (29990101000000_next); run that one, or restore an older backup'],
])('a database of %s is refused as a backup, and nothing changes', (_, other, reason) => {
  const { file, backup, listKept } = databaseAndBackup(3)
  if (other === undefined) {
    const database = open(backup)
    database.exec(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at") VALUES ('1', '', '29990101000000_next', 1)`,
    )
    database.close()
  } else {
    rmSync(backup)
    open(backup).exec(other)
  }
  expect(restore(file, backup, '--yes')).toMatchObject({ status: 1, stderr: `${backup} cannot be restored: ${reason}\n` })
  expect(readPeople(file)).toEqual({ people: NAMED_PEOPLE.length, counted: NAMED_PEOPLE.length })
  expect(listKept()).toEqual([])
})

test('what is no backup, or damaged, is refused in one line, and so is a restore that nobody can confirm', () => {
  const { file, backup, listKept } = databaseAndBackup(3)
  const refused = (...options: string[]) => {
    const { status, stderr } = restore(file, ...options)
    expect(status).toBe(1)
    return stderr
  }
  expect(refused(backup)).toBe(`${backup} cannot be restored: there is no terminal to ask on; add --yes to replace ${file}\n`)
  expect(refused('/nowhere/backup.db', '--yes')).toBe('/nowhere/backup.db cannot be restored: it does not exist\n')
  expect(refused(file, '--yes')).toBe(`${file} cannot be restored: it is the database itself; name a backup\n`)
  writeFileSync(backup, readFileSync(backup).fill(0xff, 4_096))
  expect(refused(backup, '--yes')).toMatch(/^\S+ cannot be restored: it cannot be read: [^\n]+\n$/)
  writeFileSync(backup, 'Dear diary')
  expect(refused(backup, '--yes')).toMatch(/^\S+ cannot be restored: it cannot be read: file is not a database; name another backup\n$/)
  expect(listKept()).toEqual([])
  expect(readPeople(file).people).toBe(NAMED_PEOPLE.length)
})

test("another program's database is not replaced", () => {
  const { backup } = databaseAndBackup(3)
  const file = join(temporaryFolder(), 'other.db')
  open(file).exec('CREATE TABLE other (id)')
  expect(restore(file, backup, '--yes')).toMatchObject({
    status: 1,
    stderr: `${backup} cannot be restored: ${file} belongs to another program; name another file in DATABASE_URL\n`,
  })
})

test.skipIf(process.platform !== 'linux')('on a terminal it asks, and anything but yes changes nothing', () => {
  const { file, backup, listKept } = databaseAndBackup(3)
  const answer = (text: string) =>
    spawnSync('script', ['--quiet', '--return', '--command', `"${process.execPath}" "${SCRIPT}" restore "${backup}"`, '/dev/null'], {
      env: { ...process.env, DATABASE_URL: databaseUrl(file) },
      input: text,
      encoding: 'utf8',
    }).stdout
  expect(answer('n\n')).toContain('Nothing was changed.')
  expect(listKept()).toEqual([])
  expect(answer('y\n')).toContain('Restored 3 people')
  expect(readPeople(file).people).toBe(3)
})

test('a writer that does not end is named, and nothing changes', { timeout: 30_000 }, () => {
  const { file, sql, backup, listKept } = databaseAndBackup(3)
  sql.exec('BEGIN IMMEDIATE')
  expect(restore(file, backup, '--yes').stderr).toBe(
    `${backup} cannot be restored: another program has been writing to ${file} for more than 5 seconds; stop it (fuser -v ${file} names it), and try again\n`,
  )
  sql.exec('ROLLBACK')
  expect(listKept()).toEqual([])
})

test.skipIf(!NAMESPACES.isMet())('on a full disk nothing changes', () => {
  const { file, sql, backup } = databaseAndBackup(3)
  sql.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const disk = temporaryFolder()
  // Room for the database and one and a half copies: the copy that is checked fits, and that of the old one does not.
  const { stdout, stderr } = spawnSync(
    'unshare',
    [
      '--mount',
      'sh',
      '-c',
      `mount -t tmpfs -o size=$(( $(stat -c %s "$1") * 5 / 2 )) tmpfs "$0" && cp "$1" "$0/roster.db" && ! "$2" "$3" restore "$4" --yes && ls "$0" && cmp "$1" "$0/roster.db"`,
      disk,
      file,
      process.execPath,
      SCRIPT,
      backup,
    ],
    { env: { ...process.env, DATABASE_URL: databaseUrl(join(disk, 'roster.db')) }, encoding: 'utf8' },
  )
  expect(stderr).toBe(
    `${backup} cannot be restored: the disk is full, nothing was changed; free space in ${disk}: it needs three times the size of the backup\n`,
  )
  expect(stdout).toContain('\nroster.db\n')
  expect(stdout).not.toContain('.new')
})

test('nothing is created beside the backup, which may be on a read-only disk', async () => {
  const { file, backup } = databaseAndBackup(3)
  const database = open(backup)
  database.exec('PRAGMA journal_mode = WAL')
  database.close()
  const folder = join(backup, '..')
  const watcher = watch(folder)
  const events: unknown[] = []
  watcher.on('change', (...event) => events.push(event))
  expect(restore(file, backup, '--yes')).toMatchObject({ status: 0, stderr: '' })
  await setImmediate()
  watcher.close()
  expect([events, readdirSync(folder)]).toEqual([[], ['backup.db']])
})

test('kill -9 at any moment leaves the old database or the new one, whole', async () => {
  const { file, sql, backup } = databaseAndBackup(3)
  for (const _ of fillUp(sql, 5_000));
  const large = join(backup, '..', 'large.db')
  copyDatabase(sql, large)
  sql.close()
  const start = (name: string) =>
    new RosterProcess({ command: [process.execPath, SCRIPT, 'restore', name, '--yes'], env: { DATABASE_URL: databaseUrl(file) } })
  const began = performance.now()
  const whole = start(large)
  await whole.printed(/Checking/)
  const started = performance.now() - began
  expect((await whole.exited()).status).toBe(0)
  const duration = performance.now() - began - started
  const seen = new Set<number>()
  const kills = 12
  for (let kill = 0; kill < kills; kill += 1) {
    const roster = start(kill % 2 === 0 ? backup : large)
    await roster.printed(/Checking/)
    const timer = setTimeout(() => roster.kill('SIGKILL'), (duration * (kill + 0.5)) / kills)
    await roster.exited()
    clearTimeout(timer)
    const { people, counted } = readPeople(file)
    expect([3, 5_000]).toContain(people)
    expect(counted).toBe(people)
    seen.add(people)
  }
  expect(restore(file, backup, '--yes').status).toBe(0)
  expect(readPeople(file)).toEqual({ people: 3, counted: 3 })
  expect(seen.size).toBeGreaterThan(0)
})
