import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalUrl } from '../../server/http/read-request.ts'

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
  ['/users/?q=what?&size=25', '/users?q=what?&size=25'],
  ['/?a?b??c', '/?a?b??c'],
])('%s is spelled %s', (url, canonical) => {
  expect(canonicalUrl(url)).toBe(canonical)
})

test('the path keeps its meaning, and the query every character', () => {
  const path = fc.array(fc.string({ unit: fc.constantFrom('z', '.', '~', '%41', '%2F', '%3F', '%C3%A9', '%25', '%zz', '%'), minLength: 1 }))
  const query = fc.string({ unit: fc.constantFrom('?', '&', '=', '/', '\\', '%', '%61', '%ff', '#', 'a', '+') })
  fc.assert(
    fc.property(path, query, (segments, rest) => {
      const url = `/${segments.join('/')}`
      const canonical = canonicalUrl(`${url}?${rest}`)
      expect(canonical).toBe(`${canonicalUrl(url)}?${rest}`)
      expect(canonicalUrl(url).slice(1).split('/').map(decode)).toEqual(url.slice(1).split('/').map(decode))
    }),
    { numRuns: 2_000 },
  )
})

/** What `segment` stands for, with a % that escapes nothing as itself. */
function decode(segment: string): string {
  return decodeURIComponent(segment.replaceAll(/%(?![\dA-F]{2})/gi, '%25'))
}

test('one redirect is enough and never leads to another site', () => {
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
