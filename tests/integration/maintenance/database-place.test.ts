import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { applyMigrations, listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'

const report = () => {}

function write(file: string, sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

/** What a program that is killed leaves: its database in WAL mode, and a -wal file with what `sql` has written. */
function writeAndDie(file: string, sql: string): void {
  const original = `${file}.original`
  const database = new DatabaseSync(original)
  database.exec(`PRAGMA journal_mode = WAL; ${sql}`)
  for (const suffix of ['', '-wal', '-shm']) copyFileSync(`${original}${suffix}`, `${file}${suffix}`)
  database.close()
}

describe("another program's database is refused and not changed by a byte", () => {
  const OTHER = `CREATE TABLE other (id INTEGER PRIMARY KEY); INSERT INTO other VALUES (1)`
  const PRISMA = `CREATE TABLE "_prisma_migrations" ("migration_name", "finished_at", "rolled_back_at", "started_at");
    INSERT INTO "_prisma_migrations" VALUES ('20250101000000_init', 1, NULL, 1)`

  test.each([
    ['a table', (file: string) => write(file, OTHER)],
    ['a table in WAL mode', (file: string) => write(file, `PRAGMA journal_mode = WAL; ${OTHER}`)],
    ['a table that its program had no time to move out of the -wal file', (file: string) => writeAndDie(file, OTHER)],
    ['a table that other migrations made', (file: string) => write(file, `${PRISMA}; ${OTHER}`)],
    ['a view', (file: string) => write(file, 'CREATE VIEW other AS SELECT 1')],
  ])('%s', (_, make) => {
    const file = join(temporaryFolder(), 'other.db')
    make(file)
    const files = [file, `${file}-wal`].filter((each) => existsSync(each))
    const before = files.map((each) => readFileSync(each))
    const names = readdirSync(join(file, '..'))
    expect(() => prepareDatabase(file, { report })).toThrow(
      `The database ${file} cannot be used: it belongs to another program: it has a table "other" and none of Roster's migrations; name another file in DATABASE_URL`,
    )
    expect(files.map((each) => readFileSync(each))).toEqual(before)
    expect(readdirSync(join(file, '..'))).toEqual(names)
  })
})

describe('a link', () => {
  test('to a database is followed, and the copy from before is beside that database', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'disk'))
    const file = join(folder, 'disk', 'roster.db')
    const database = new DatabaseSync(file)
    applyMigrations(database, listMigrations().slice(0, 1))
    database.close()
    symlinkSync(file, join(folder, 'link.db'))
    expect(prepareDatabase(join(folder, 'link.db'), { report })).toEqual({ people: 0 })
    expect(readdirSync(folder)).toEqual(['disk', 'link.db'])
    expect(readdirSync(join(folder, 'disk'))).toEqual(['roster.db', expect.stringContaining('roster.db.before-')])
  })

  test('to a folder is followed', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'disk'))
    symlinkSync('disk', join(folder, 'data'))
    prepareDatabase(join(folder, 'data', 'roster.db'), { report })
    expect(readdirSync(join(folder, 'disk'))).toEqual(['roster.db'])
  })

  test.each([
    ['link.db', 'link.db'],
    ['link', 'link/roster.db'],
    ['link', 'link/new/roster.db'],
  ])('%s with a missing target is refused and left as it is, for %s', (link, file) => {
    const folder = temporaryFolder()
    symlinkSync(join(folder, 'unmounted'), join(folder, link))
    expect(() => prepareDatabase(join(folder, file), { report })).toThrow(
      `${join(folder, link)} is a symbolic link to ${join(folder, 'unmounted')}, which does not exist; mount its disk, or delete the link`,
    )
    expect(readdirSync(folder)).toEqual([link])
  })

  test('to itself is refused', () => {
    const file = join(temporaryFolder(), 'roster.db')
    symlinkSync('roster.db', file)
    expect(() => prepareDatabase(file, { report })).toThrow('too many symbolic links')
  })
})

test.each(['server/roster.ts prepare', 'server/roster.ts serve', 'server/roster.ts status', 'server/roster.ts backup', 'prisma/seed.ts'])(
  'a named pipe does not keep %s waiting',
  (command) => {
    const file = join(temporaryFolder(), 'roster.db')
    execFileSync('mkfifo', [file])
    const env = { ...process.env, DATABASE_URL: databaseUrl(file) }
    const { status, stderr, stdout } = spawnSync(process.execPath, command.split(' '), {
      cwd: ROOT,
      env,
      encoding: 'utf8',
      timeout: 20_000,
    })
    expect({ status, output: stderr + stdout }).toEqual({ status: 1, output: expect.stringContaining('is not a regular file') })
  },
)

test('the -wal file of a deleted database does not affect a new one', () => {
  const file = join(temporaryFolder(), 'roster.db')
  writeAndDie(file, 'CREATE TABLE other (id)')
  execFileSync('rm', [file])
  expect(prepareDatabase(file, { report })).toEqual({ people: SAMPLE_PEOPLE.length })
})

test('a truncated database is not filled with people', () => {
  const file = join(temporaryFolder(), 'roster.db')
  writeAndDie(file, 'CREATE TABLE other (id)')
  writeFileSync(file, '')
  expect(() => prepareDatabase(file, { report })).toThrow(
    `it is empty but ${file}-wal is not: the file was truncated; restore a backup, or delete both files to start empty`,
  )
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0)
})

test('only the user and the group may read new files, whatever the umask, and existing modes stay', () => {
  const folder = temporaryFolder()
  const umask = process.umask(0)
  onTestFinished(() => void process.umask(umask))
  const file = join(folder, 'new', 'roster.db')
  prepareDatabase(file, { report })
  const reader = new DatabaseSync(file)
  onTestFinished(() => reader.close())
  reader.exec('DELETE FROM "User" WHERE id = 1')
  const backup = spawnSync(process.execPath, ['server/roster.ts', 'backup'], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl(file) },
  })
  expect(backup.status).toBe(0)
  const modes = readdirSync(join(file, '..')).map((name) => (statSync(join(file, '..', name)).mode & 0o777).toString(8))
  expect(modes).toEqual(['640', '640', '640', '640'])
  expect(statSync(join(file, '..')).mode & 0o777).toBe(0o750)

  const older = join(folder, 'older.db')
  writeFileSync(older, '', { mode: 0o604 })
  const database = new DatabaseSync(older)
  applyMigrations(database, listMigrations().slice(0, 1))
  database.close()
  prepareDatabase(older, { report })
  expect(statSync(older).mode & 0o777).toBe(0o604)
  const copy = readdirSync(folder).find((name) => name.includes('before')) ?? ''
  expect(statSync(join(folder, copy)).mode & 0o777).toBe(0o600)
})
