import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { parseUserListQuery, type SearchParams } from '../../app/_models/user-list-query.ts'
import type { UserPlace } from '../../app/_models/user-place.ts'
import { BackLink } from '../../app/_views/back-link.tsx'
import { ListNeighbors } from '../../app/_views/list-neighbors.tsx'

const PLACE: UserPlace = { count: 414, isCountExact: true, position: 3, page: 1, previous: null, next: null }

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, '')

describe('BackLink names the list', () => {
  test.each<[SearchParams | null, Partial<UserPlace> | null, string]>([
    [null, null, 'All people'],
    [{}, {}, 'All 414 people'],
    [{}, { count: 1 }, 'All people'],
    [{ q: 'smith' }, {}, '414 people matching “smith”'],
    [{ q: 'smith', age_min: '30', age_max: '69' }, { count: 1 }, '1 person aged 30 to 69 matching “smith”'],
    [{ q: 'smith' }, { count: 10_000, isCountExact: false }, 'More than 10,000 people matching “smith”'],
    [{ age: 'unknown' }, {}, '414 people without an age'],
    [{ q: 'smith' }, { count: 0, position: null }, 'Back to the list'],
    [{ q: 'smith' }, null, 'Back to the list'],
  ])('%j, %j', (params, place, text) => {
    const query = params && parseUserListQuery(params, []).query
    expect(textOf(renderToStaticMarkup(BackLink({ query, place: place && { ...PLACE, ...place } })))).toBe(`← ${text}`)
  })
})

test('BackLink leads to the page that shows the person', () => {
  const { query } = parseUserListQuery({ q: 'smith', page: '2' }, [])
  expect(renderToStaticMarkup(BackLink({ query, place: PLACE }))).toContain('href="/users?q=smith"')
  expect(renderToStaticMarkup(BackLink({ query, place: null }))).toContain('href="/users?q=smith&amp;page=2"')
})

test('ListNeighbors is not there without neighbours, and names them', () => {
  const { query } = parseUserListQuery({ q: 'smith' }, [])
  expect(renderToStaticMarkup(ListNeighbors({ query, place: PLACE }))).toBe('')
  const place = { ...PLACE, isCountExact: false, next: { id: 9, username: 'Ann\u202e', page: 2 } }
  const html = renderToStaticMarkup(ListNeighbors({ query, place }))
  expect(textOf(html)).toBe('3 of more than 414Next→')
  expect(html).toContain('href="/user/profile/9?q=smith&amp;page=2" rel="next" aria-label="Next: Ann"')
})
