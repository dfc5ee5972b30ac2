import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUserListQuery, type SearchParams, userListHref, userProfileHref } from '../../app/_models/user-list-query.ts'

function parseHref(href: string) {
  return parseUserListQuery(Object.fromEntries(new URL(href, 'http://roster').searchParams))
}

describe('parseUserListQuery', () => {
  test('reads every parameter', () => {
    expect(parseUserListQuery({ q: 'ann', sort: 'age', dir: 'desc', page: '3' })).toEqual({ q: 'ann', sort: 'age', dir: 'desc', page: 3 })
  })

  test.each<[string, SearchParams]>([
    ['nothing', {}],
    ['empty values', { q: '', sort: '', dir: '', page: '' }],
    ['white space', { q: ' \t\n ' }],
    ['repeated parameters', { q: ['a', 'b'], sort: ['age', 'id'], dir: ['desc', 'desc'], page: ['2', '3'] }],
    ['names of the language', { sort: '__proto__', dir: 'constructor' }],
    ['another letter case', { sort: 'AGE', dir: 'DESC' }],
    ['pages that are none', { page: '0' }],
    ['a negative page', { page: '-1' }],
    ['a page with an exponent', { page: '1e9' }],
    ['a page with a leading zero', { page: '02' }],
    ['a page beyond counting', { page: '9'.repeat(400) }],
  ])('falls back to the defaults for %s', (_, params) => {
    expect(parseUserListQuery(params)).toEqual({ q: '', sort: 'id', dir: 'asc', page: 1 })
  })

  test('takes control characters and lone surrogates out of a search', () => {
    expect(parseUserListQuery({ q: '\0a\u0007b\ud800 ' }).q).toBe('a b\ufffd')
  })

  test('composes letters, so that é is found however it was typed', () => {
    expect(parseUserListQuery({ q: 'Zoe\u0308' }).q).toBe('Zoë')
  })

  test('cuts a search at 200 characters, not in the middle of one', () => {
    expect(parseUserListQuery({ q: '🦊'.repeat(300) }).q).toBe('🦊'.repeat(200))
  })

  test('never throws, and gives a query that its own URL leads back to', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.string()),
      fc.constantFrom('id', 'age', 'asc', 'desc', '1', '77', undefined),
    )
    const params = fc.dictionary(fc.constantFrom('q', 'sort', 'dir', 'page', 'other', '__proto__'), value)
    fc.assert(
      fc.property(params, (hostile) => {
        const query = parseUserListQuery(hostile)
        expect(parseHref(userListHref(query))).toEqual(query)
      }),
    )
  })
})

describe('userListHref', () => {
  test('leaves the defaults out', () => {
    expect(userListHref()).toBe('/users')
    expect(userListHref({ q: '', sort: 'id', dir: 'asc', page: 1 })).toBe('/users')
  })

  test('escapes a search', () => {
    expect(userListHref({ q: 'a&b=c d/é' })).toBe('/users?q=a%26b%3Dc+d%2F%C3%A9')
  })

  test('goes to page 1 with any change but that of the page', () => {
    const query = parseUserListQuery({ q: 'ann', page: '3' })
    expect(userListHref(query)).toBe('/users?q=ann&page=3')
    expect(userListHref(query, { sort: 'age' })).toBe('/users?q=ann&sort=age')
    expect(userListHref(query, { page: 4 })).toBe('/users?q=ann&page=4')
  })
})

test('userProfileHref carries the list that it is reached from', () => {
  expect(userProfileHref(7)).toBe('/user/profile/7')
  expect(userProfileHref(7, { q: 'ann', page: 2 })).toBe('/user/profile/7?q=ann&page=2')
})
