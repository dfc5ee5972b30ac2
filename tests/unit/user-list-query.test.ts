import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  isCanonical,
  parseProfileList,
  parseUserListQuery,
  type SearchParams,
  userListHref,
  userProfileHref,
} from '../../app/_models/user-list-query.ts'

const DEFAULTS = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 } as const

const parse = (params: SearchParams) => parseUserListQuery(params, []).query
const ignoredBy = (params: SearchParams) => parseUserListQuery(params, []).ignored.map(({ name, reason }) => `${name}: ${reason}`)
const paramsOf = (href: string) => Object.fromEntries(new URL(href, 'http://roster').searchParams)

const NAMES = ['q', 'sort', 'dir', 'age_min', 'age_max', 'age', 'size', 'page', 'other', '__proto__', 'constructor']
const HOSTILE_VALUE = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.string()),
  fc.constantFrom('id', 'age', 'asc', 'desc', '1', '77', '25', '100', 'unknown', 'a b  c', '__proto__', undefined),
)
const HOSTILE_PARAMS = fc.dictionary(fc.constantFrom(...NAMES), HOSTILE_VALUE)

describe('parseUserListQuery', () => {
  test('reads every parameter', () => {
    const params = { q: 'ann', sort: 'age', dir: 'desc', age_min: '0', age_max: '150', page: '3', size: '25' }
    expect(parse(params)).toEqual({ q: 'ann', sort: 'age', dir: 'desc', age_min: 0, age_max: 150, age: null, page: 3, size: 25 })
    expect(parse({ age: 'unknown' })).toEqual({ ...DEFAULTS, age: 'unknown' })
  })

  test.each<[string, SearchParams, string[]]>([
    ['nothing', {}, []],
    ['empty values', { q: '', sort: '', dir: '', age_min: '', age_max: '', age: '', page: '', size: '' }, []],
    ['white space', { q: ' \t\n ' }, []],
    ['invisible marks', { q: '\u200f\u202e' }, []],
    ['unknown parameters', { other: '1', __proto__: 'x', constructor: 'y' }, []],
    ['the order that there is anyway', { sort: 'id' }, []],
    ['repeated parameters', { q: ['a', 'b'], page: ['2', '3'] }, ['q: given more than once', 'page: given more than once']],
    ['names of the language', { sort: '__proto__' }, ['sort: must be id, username, email or age']],
    ['another letter case', { dir: 'DESC' }, ['dir: must be asc or desc']],
    ['a page that is none', { page: '0' }, ['page: must be a whole number from 1']],
    ['a negative page', { page: '-1' }, ['page: must be a whole number from 1']],
    ['a page with an exponent', { page: '1e9' }, ['page: must be a whole number from 1']],
    ['a page beyond counting', { page: '9'.repeat(400) }, ['page: must be a whole number from 1']],
    ['a list of words', { 'q[]': ['a', 'b'] }, ['q[]: q takes one value, without brackets']],
    ['another size', { size: '1000' }, ['size: must be 25, 50 or 100']],
    ['an age that nobody has', { age_min: '151' }, ['age_min: must be a whole number from 0 to 150']],
    ['an age that is none', { age_max: '٣' }, ['age_max: must be a whole number from 0 to 150']],
    ['another word for unknown', { age: 'none' }, ['age: must be unknown']],
    ['ages the wrong way round', { age_min: '40', age_max: '39' }, ['the range of ages: age_min is above age_max']],
  ])('falls back to the defaults for %s', (_, params, complaints) => {
    expect(parse(params)).toEqual(DEFAULTS)
    expect(ignoredBy(params)).toEqual(complaints)
  })

  test('reads numbers as people type them', () => {
    expect(parse({ age_min: '007', page: '02' })).toEqual({ ...DEFAULTS, age_min: 7, page: 2 })
    expect(parse({ page: '1000000000' }).page).toBe(1_000_000_000)
  })

  test('accepts people without an age or a range of ages, not both', () => {
    const params = { age: 'unknown', age_min: '30' }
    expect(parse(params)).toEqual({ ...DEFAULTS, age: 'unknown' })
    expect(ignoredBy(params)).toEqual(['the range of ages: the list has only people without an age'])
  })

  test('relevance has no direction', () => {
    expect(parse({ q: 'ann', dir: 'desc' })).toEqual({ ...DEFAULTS, q: 'ann' })
    expect(parse({ q: 'ann', sort: 'id', dir: 'desc' })).toEqual({ ...DEFAULTS, q: 'ann', sort: 'id', dir: 'desc' })
    expect(parse({ dir: 'desc' })).toEqual({ ...DEFAULTS, dir: 'desc' })
  })

  test('removes control characters, lone surrogates and direction marks from a search', () => {
    expect(parse({ q: '\0a\u0007b\ud800 \u200fc' }).q).toBe('a b\ufffd c')
  })

  test('composes letters, so that é is found in any encoding', () => {
    expect(parse({ q: 'Zoe\u0308' }).q).toBe('Zoë')
  })

  test.each([
    ['at 200 characters, not in the middle of one', '🦊'.repeat(300), '🦊'.repeat(200)],
    ['at 10 words', 'a b c d e f g h i j k', 'a b c d e f g h i j'],
    ['at 200 characters, without white space at the end', `${'a'.repeat(199)} b`, 'a'.repeat(199)],
  ])('cuts a search %s', (_, q, cut) => {
    expect(parse({ q }).q).toBe(cut)
    expect(ignoredBy({ q })).toEqual(['the end of q: a search has at most 10 words and 200 characters'])
  })

  test('never throws, and gives a query that its own URL leads back to', () => {
    fc.assert(
      fc.property(HOSTILE_PARAMS, (hostile) => {
        const query = parse(hostile)
        const params = paramsOf(userListHref(query))
        expect(parseUserListQuery(params, [])).toEqual({ query, ignored: [] })
        expect(isCanonical(params, query)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('isCanonical', () => {
  test.each<[SearchParams, boolean]>([
    [{}, true],
    [{ q: 'ann lee', page: '2' }, true],
    [{ page: '2', q: 'ann' }, false],
    [{ q: '', age_min: '' }, false],
    [{ page: '1' }, false],
    [{ q: ' ann' }, false],
    [{ other: 'x' }, false],
    [{ q: ['a', 'a'] }, false],
  ])('%j: %s', (params, expected) => {
    expect(isCanonical(params, parse(params))).toBe(expected)
  })
})

describe('userListHref', () => {
  test('leaves the defaults out', () => {
    expect(userListHref()).toBe('/users')
    expect(userListHref(DEFAULTS)).toBe('/users')
    expect(userListHref({ sort: 'id' })).toBe('/users')
    expect(userListHref({ q: 'ann', sort: 'id' })).toBe('/users?q=ann&sort=id')
  })

  test('escapes a search', () => {
    expect(userListHref({ q: 'a&b=c d/é' })).toBe('/users?q=a%26b%3Dc+d%2F%C3%A9')
  })

  test('returns to page 1 with any change except that of the page', () => {
    const query = parse({ q: 'ann', page: '3' })
    expect(userListHref(query)).toBe('/users?q=ann&page=3')
    expect(userListHref(query, { sort: 'age' })).toBe('/users?q=ann&sort=age')
    expect(userListHref(query, { size: 100 })).toBe('/users?q=ann&size=100')
    expect(userListHref(query, { age_min: 30, age_max: 39 })).toBe('/users?q=ann&age_min=30&age_max=39')
    expect(userListHref(query, { page: 4 })).toBe('/users?q=ann&page=4')
  })
})

test('userProfileHref contains the list that it is reached from', () => {
  expect(userProfileHref(7)).toBe('/user/profile/7')
  expect(userProfileHref(7, {})).toBe('/user/profile/7?page=1')
  expect(userProfileHref(7, { q: 'ann', age_min: 30, page: 2 })).toBe('/user/profile/7?q=ann&age_min=30&page=2')
})

test('what needs a hidden field is ignored and named', () => {
  const params = { q: 'ann', sort: 'email', age_min: '30', age: 'unknown', page: '2' }
  const { query, ignored } = parseUserListQuery(params, ['email', 'age'])
  expect(query).toEqual({ ...parse({ q: 'ann', page: '2' }) })
  expect(ignored).toEqual([
    { name: 'sort', reason: 'must be id or username' },
    { name: 'age_min', reason: 'ages are hidden' },
    { name: 'age', reason: 'ages are hidden' },
  ])
  expect(parseUserListQuery({ sort: 'age', age_min: '30' }, ['email']).ignored).toEqual([])
})

test('parseProfileList finds the list in the URL of a profile', () => {
  expect(parseProfileList({ utm: 'x' }, [])).toBe(null)
  expect(parseProfileList({ page: '1' }, [])).toEqual(DEFAULTS)
  expect(parseProfileList({ q: 'ann', age_min: 'x', page: '2' }, [])).toEqual({ ...DEFAULTS, q: 'ann', page: 2 })
})
