import { describe, expect, onTestFinished, test } from 'vitest'
import { parseDataParameters, writePosition } from '../../app/_data/data-parameters.ts'
import { contentDisposition, listFileName, userFileName } from '../../app/_data/file-name.ts'
import { listDataHref, parseUserListQuery } from '../../app/_models/user-list-query.ts'
import { DEFAULT_SITE, setSite } from '../../app/_site/site.ts'

const errorsOf = (params: Record<string, string | string[]>, format: 'csv' | 'json' | 'ndjson' | 'vcf') =>
  parseDataParameters(params, format).errors.map(({ name }) => name)

describe('the parameters of data', () => {
  test.each([
    [{ q: 'ada', sort: 'age', dir: 'desc', age_min: '1', page: '3', size: '25' }, 'csv'],
    [{ q: '', for: 'excel' }, 'csv'],
    [{ version: '4.0' }, 'vcf'],
    [{ size: '1000', after: writePosition({ order: 0, key: 7, total: 9 }) }, 'json'],
    [{ after: writePosition({ order: 0, key: 'C3A9', total: 9 }) }, 'json'],
  ] as const)('%j are fine for %s', (params, format) => {
    expect(errorsOf(params, format)).toEqual([])
  })

  test.each([
    [{ foo: '1' }, 'csv', ['foo']],
    [{ for: 'word' }, 'csv', ['for']],
    [{ for: 'excel' }, 'json', ['for']],
    [{ page: '2' }, 'json', ['page']],
    [{ size: '1001' }, 'json', ['size']],
    [{ size: '7' }, 'csv', ['size']],
    [{ after: 'x' }, 'json', ['after']],
    [{ after: Buffer.from('[0,"zz",1]').toString('base64url') }, 'json', ['after']],
    [{ version: '2.1' }, 'vcf', ['version']],
    [{ sort: 'name', age_min: '-1' }, 'ndjson', ['sort', 'age_min']],
    [{ q: ['a', 'b'] }, 'csv', ['q']],
    [{ 'q[]': 'a' }, 'csv', ['q[]']],
    [{ age_min: '9', age_max: '1' }, 'csv', ['the range of ages']],
    [{ q: 'a '.repeat(11) }, 'csv', ['the end of q']],
  ] as const)('of %j for %s, these are errors: %j', (params, format, names) => {
    expect(errorsOf(structuredClone(params) as Record<string, string | string[]>, format)).toEqual(names)
  })
})

describe('file names', () => {
  test.each([
    ['/', 'users'],
    ['?q=ann+lee&age_min=30&age_max=39&sort=age&dir=desc', 'users-ann-lee-age-30-to-39-by-age-descending'],
    ['?age_max=9', 'users-age-to-9'],
    ['?age=unknown', 'users-age-unknown'],
    ['?q=../../etc/passwd', 'users-..-..-etc-passwd'],
    ['?q=Ελένη', 'users-Ελένη'],
  ])('of %s is %s', (search, name) => {
    const { query } = parseUserListQuery(Object.fromEntries(new URL(search, 'http://localhost').searchParams), [])
    expect(listFileName(query)).toBe(name)
  })

  test('of a person has the name', () => {
    expect(userFileName({ id: 9, username: '<b>bold</b>' })).toBe('user-9-b-bold-b')
  })

  test('have a form for programs that know only ASCII', () => {
    expect(contentDisposition('attachment', 'users.csv')).toBe('attachment; filename="users.csv"')
    expect(contentDisposition('inline', "Ελ'.csv")).toBe(`inline; filename="_'.csv"; filename*=UTF-8''%CE%95%CE%BB%27.csv`)
  })
})

test('the address of the whole list leaves out the page', () => {
  expect(listDataHref('csv', parseUserListQuery({ q: 'ada', page: '3', size: '25' }, []).query, { for: 'excel' })).toBe(
    '/users.csv?q=ada&for=excel',
  )
  expect(listDataHref('json', {})).toBe('/users.json')
})

test('what needs a hidden field is no parameter', () => {
  setSite({ ...DEFAULT_SITE, hiddenFields: ['email', 'age'] })
  onTestFinished(() => setSite(DEFAULT_SITE))
  const { parameters, errors } = parseDataParameters({ q: 'ada', sort: 'email', age_min: '30' }, 'csv')
  expect(errors).toEqual([
    { name: 'age_min', reason: 'is not a parameter of this address; it takes q, sort, dir, for, page, size' },
    { name: 'sort', reason: 'must be id or username' },
  ])
  expect(parameters.query).toMatchObject({ q: 'ada', sort: null, age_min: null })
})
