import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalUrl } from '../../server/canonical-url.ts'

test.each([
  ['/', '/'],
  ['/users', '/users'],
  ['/users/', '/users'],
  ['//users', '/users'],
  ['/users//', '/users'],
  ['/user//profile/1', '/user/profile/1'],
  ['/user/profile/%31', '/user/profile/1'],
  ['/%75sers?q=%61', '/users?q=%61'],
  ['/users/?q=a//b/', '/users?q=a//b/'],
  ['/a%2Fb', '/a%2Fb'],
  ['/a%zz', '/a%25zz'],
  ['/%%331', '/%2531'],
  ['//', '/'],
  ['//evil.example/', '/evil.example'],
  ['/\\evil.example/', '/%5Cevil.example'],
  ['/users?', '/users?'],
])('%s is spelled %s', (url, canonical) => {
  expect(canonicalUrl(url)).toBe(canonical)
})

test('one redirect is enough, and never leads to another site', () => {
  const path = fc.string({ unit: fc.constantFrom('/', '\\', '%', '2', 'F', 'f', '5', 'C', '.', 'a', '?', '3', '1') })
  fc.assert(
    fc.property(path, (rest) => {
      const canonical = canonicalUrl(`/${rest}`)
      expect(canonicalUrl(canonical)).toBe(canonical)
      expect(new URL(canonical, 'http://roster').host).toBe('roster')
    }),
    { numRuns: 2_000 },
  )
})
