import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { foldWords } from '../../app/_models/search-words.ts'
import { parseUserListQuery, type UserListQuery } from '../../app/_models/user-list-query.ts'
import { ActiveFilters } from '../../app/_views/active-filters.tsx'
import { AgeFilter } from '../../app/_views/age-filter.tsx'
import { AgeHistogram } from '../../app/_views/age-histogram.tsx'
import { ListTooBroad } from '../../app/_views/list-too-broad.tsx'
import { Pagination } from '../../app/_views/pagination.tsx'
import { UserListEmpty } from '../../app/_views/user-list-empty.tsx'
import { UserListHeading } from '../../app/_views/user-list-heading.tsx'

const { query: everyone } = parseUserListQuery({}, [])
const { query: maria } = parseUserListQuery({ q: 'maria', page: '3' }, [])

function wordsOf({ q }: UserListQuery) {
  return foldWords(q, (character) => character)
}

describe('UserListHeading counts', () => {
  test.each([
    [everyone, { count: 0, isCountExact: true, isTooBroad: false }, 'No one yet'],
    [everyone, { count: 1_000_000, isCountExact: true, isTooBroad: false }, '1,000,000 people in all'],
    [maria, { count: 0, isCountExact: true, isTooBroad: false }, 'No one matches'],
    [maria, { count: 1, isCountExact: true, isTooBroad: false }, '1 person matches'],
    [maria, { count: 1234, isCountExact: true, isTooBroad: false }, '1,234 people match'],
    [maria, { count: 10_000, isCountExact: false, isTooBroad: false }, 'More than 10,000 people match'],
    [maria, { count: 0, isCountExact: false, isTooBroad: true }, 'Too many people match'],
  ])('%#', (query, page, text) => {
    expect(renderToStaticMarkup(UserListHeading({ hiddenFields: [], query, page, words: wordsOf(query) }))).toContain(`>${text}</p>`)
  })
})

test('a search that is too broad names what narrows it', () => {
  const html = renderToStaticMarkup(ListTooBroad({ hiddenFields: [], query: maria }))
  expect(html).toContain('maria')
  expect(html).toContain('an age range')
})

describe('a search that finds nobody', () => {
  const renderEmpty = (change: Partial<UserListQuery>) => {
    const query = { ...everyone, ...change }
    return renderToStaticMarkup(UserListEmpty({ hiddenFields: [], query, words: wordsOf(query) }))
  }

  test('links to the search without each word, or without the age', () => {
    expect(renderEmpty({ q: 'ada lovelace' })).toContain('href="/users?q=lovelace"')
    expect(renderEmpty({ q: 'ada', age_min: 5 })).toContain('href="/users?age_min=5"')
    expect(renderEmpty({ q: 'ada' })).not.toContain('Without')
  })

  test('does not claim that a short word is inside no name', () => {
    expect(renderEmpty({ q: 'ada' })).toContain('has “<bdi>ada</bdi>” in their username or email')
    expect(renderEmpty({ q: 'qu' })).toContain('matches “<bdi>qu</bdi>”')
    expect(renderEmpty({ q: 'qu' })).not.toContain('in their username')
  })
})

describe('what was searched', () => {
  test('is isolated from the text around it, whatever its direction', () => {
    const page = { count: 0, isCountExact: true, isTooBroad: false }
    const query = { ...everyone, q: 'של adam קו' }
    const html = renderToStaticMarkup(UserListHeading({ hiddenFields: [], query, page, words: wordsOf(query) }))
    expect(html).toContain('“<bdi>של</bdi>”, “<bdi>קו</bdi>” are short')
  })

  test('is described where it is invisible', () => {
    const query = { ...everyone, q: '\u200b\u2060\u2060', age_min: 5 }
    expect(renderToStaticMarkup(UserListEmpty({ hiddenFields: [], query, words: wordsOf(query) }))).toMatch(
      /has invisible characters in.*Without invisible characters</,
    )
    expect(renderToStaticMarkup(ListTooBroad({ hiddenFields: [], query }))).toContain('invisible characters matches too many people')
  })
})

test('an empty list names the commands that fill the database', () => {
  expect(renderToStaticMarkup(UserListEmpty({ hiddenFields: [], query: everyone, words: [] }))).toContain('npx prisma db seed')
})

describe('Pagination', () => {
  const render = (count: number, pageCount: number, isCountExact: boolean) =>
    renderToStaticMarkup(Pagination({ query: maria, count, pageCount, isCountExact }))

  test('offers nothing where one page of any size shows everyone', () => {
    expect(render(25, 1, true)).toBe('')
  })

  test('offers only page sizes on a single page', () => {
    expect(render(50, 1, true)).toContain('per page')
    expect(render(50, 1, true)).not.toContain('Next')
  })

  test('calls no page the last if people are counted only up to a limit', () => {
    expect(render(10_000, 200, true)).toContain('Last')
    expect(render(10_000, 200, false)).not.toContain('Last')
  })

  test('names on the last page that is counted what shows the rest', () => {
    const renderPage = (page: number, isCountExact: boolean) =>
      renderToStaticMarkup(Pagination({ query: { ...maria, page }, count: 10_000, pageCount: 200, isCountExact }))
    expect(renderPage(200, false)).toContain('Only the first 10,000 are listed.')
    for (const html of [renderPage(199, false), renderPage(200, true)]) expect(html).not.toContain('Only the first')
  })

  test('keeps the other parameters of the URL when it goes to a page', () => {
    const html = render(10_000, 200, true)
    expect(html).toContain('<input type="hidden" name="q" value="maria"/>')
    expect(html).not.toContain('<input type="hidden" name="page"')
  })
})

describe('AgeHistogram', () => {
  test('is left out where its only bar would link to the same list', () => {
    expect(renderToStaticMarkup(AgeHistogram({ query: maria, histogram: [{ age: 30, people: 9 }] }))).toBe('')
    expect(renderToStaticMarkup(AgeHistogram({ query: maria, histogram: [{ age: null, people: 9 }] }))).toBe('')
  })

  test('has a link for each age that occurs, named in words', () => {
    const histogram = [
      { age: 30, people: 1234 },
      { age: 32, people: 1 },
      { age: null, people: 5 },
    ]
    const html = renderToStaticMarkup(AgeHistogram({ query: maria, histogram }))
    expect(html.match(/<a [^>]*aria-label="([^"]*)"/g)?.map((link) => /aria-label="[^"]*"/.exec(link)?.[0])).toEqual([
      'aria-label="30: 1,234 people"',
      'aria-label="32: 1 person"',
    ])
    expect(html).toContain('href="/users?q=maria&amp;age_min=30&amp;age_max=30"')
    expect(html).not.toContain('style=')
  })
})

describe('AgeFilter', () => {
  const histogram = [
    { age: 30, people: 1234 },
    { age: null, people: 5 },
  ]

  test('links to the people without an age, in the list as it is', () => {
    const html = renderToStaticMarkup(AgeFilter({ query: maria, histogram }))
    expect(html).toContain('<a href="/users?q=maria&amp;age=unknown">Not given: 5 people</a>')
    expect(renderToStaticMarkup(AgeFilter({ query: maria, histogram: histogram.slice(0, 1) }))).not.toContain('Not given')
  })

  test('has no range to fill in while the list has only people without an age', () => {
    const html = renderToStaticMarkup(AgeFilter({ query: { ...maria, age: 'unknown' }, histogram: histogram.slice(1) }))
    expect(html).toContain('<a href="/users?q=maria">Show all ages</a>')
    expect(html).not.toContain('<input')
  })
})

test('each chip removes its filter and keeps the others', () => {
  const query = { ...maria, age_min: 30, age_max: 39, size: 25 } as const
  const html = renderToStaticMarkup(ActiveFilters({ query }))
  expect(html.match(/href="[^"]*"/g)).toEqual(['href="/users?age_min=30&amp;age_max=39&amp;size=25"', 'href="/users?q=maria&amp;size=25"'])
})
