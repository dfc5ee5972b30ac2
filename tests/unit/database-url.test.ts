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
  expect(requireFile(file, 'roster backup')).toBe('/srv/x.db')
  const postgres = readDatabaseAddress('postgres://web:secret@db/roster')
  expect(postgres).toEqual({ engine: 'postgres', url: 'postgres://web:secret@db/roster' })
  expect(() => requireFile(postgres, 'roster backup')).toThrow(/^roster backup works on SQLite files(?!.*secret)/)
})

test.each([
  ['postgresql://web:secret@db.example:5432/roster?sslmode=verify-full', 'postgresql://web@db.example:5432/roster'],
  ['postgres://db/roster?password=secret', 'postgresql://db/roster'],
  ['postgres://:secret@db/roster', 'postgresql://db/roster'],
  ['postgresql://web:p@secret/x?y@a,b:5433/roster', 'postgresql://web@a,b:5433/roster'],
])('%s is shown without its password', (url, shown) => {
  expect(describeDatabase({ engine: 'postgres', url })).toBe(shown)
})
