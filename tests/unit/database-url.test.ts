import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { databaseFile, databaseUrl, describeDatabase, readDatabaseAddress, requireFile } from '../../server/database/url.ts'
import { ROOT } from '../../server/paths.ts'

test.each([
  ['file:./data/x.db', `${ROOT}data/x.db`],
  ['file:x.db', `${ROOT}x.db`],
  ['file:/srv/x.db', '/srv/x.db'],
  ['file:///srv/x.db', '/srv/x.db'],
  ['file:///srv/with%20space/%C3%A9.db', '/srv/with space/é.db'],
  ['file:/srv/with space/é.db', '/srv/with space/é.db'],
])('%s names %s', (url, file) => {
  expect(databaseFile(url)).toBe(file)
  expect(databaseFile(databaseUrl(file))).toBe(file)
})

test.each([
  'mysql://localhost/x',
  'x.db',
  '/srv/x.db',
  'file:',
  'file://host/x.db',
  'file::memory:',
  'file:./data/',
  'file:x.db?mode=ro',
  'file:%zz',
])('%s is refused, and the message repeats it', (url) => {
  expect(() => databaseFile(url)).toThrow(`DATABASE_URL is "${url}"`)
})

test('a PostgreSQL address is refused where a file is needed, and the message does not have its password', () => {
  expect(() => databaseFile('postgresql://roster:secret@db/roster')).toThrow(/^DATABASE_URL names a PostgreSQL database; (?!.*secret)/)
})

test('an address is one of a SQLite file or of a PostgreSQL database, and a command that needs a file refuses the latter', () => {
  const file = readDatabaseAddress('file:///srv/x.db')
  expect(file).toEqual({ engine: 'sqlite', file: '/srv/x.db' })
  expect(requireFile(file, 'roster backup', 'pg_dump')).toBe('/srv/x.db')
  const postgres = readDatabaseAddress('postgres://web:secret@db/roster')
  expect(postgres).toEqual({ engine: 'postgres', url: 'postgres://web:secret@db/roster' })
})

test.each([
  [['backup'], 'backup is for SQLite files; for a PostgreSQL database, use pg_dump or pgBackRest'],
  [['restore', 'roster.db', '--yes'], 'restore is for SQLite files; for a PostgreSQL database, use pg_restore or pgBackRest'],
])('roster %j of a PostgreSQL database is wrong use, and names what to use', (args, reason) => {
  const env = { ...process.env, DATABASE_URL: 'postgresql://web:secret@db/roster' }
  const { status, stdout, stderr } = spawnSync(process.execPath, ['server/roster.ts', ...args], { cwd: ROOT, env, encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 2, stdout: '', stderr: `roster ${reason}: see docs/cluster-backup.md\n` })
})

test.each([
  ['postgresql://web:secret@db.example:5432/roster?sslmode=verify-full', 'postgresql://web@db.example:5432/roster'],
  ['postgres://db/roster?password=secret', 'postgresql://db/roster'],
  ['postgres://:secret@db/roster', 'postgresql://db/roster'],
  ['postgresql://web:p@secret/x?y@a,b:5433/roster', 'postgresql://web@a,b:5433/roster'],
])('%s is shown without its password', (url, shown) => {
  expect(describeDatabase({ engine: 'postgres', url })).toBe(shown)
})
