import { expect, test } from 'vitest'
import { databaseFile, databaseUrl } from '../../server/database/url.ts'
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
