import { renderToStaticMarkup } from 'react-dom/server'
import { beforeEach, expect, test, vi } from 'vitest'
import { listUsers, readSearch, type UserPage } from '../../app/_models/user.ts'
import { setStatusNotFound } from '../../app/_request/page-status.ts'
import UserListPage from '../../app/users/page.tsx'

vi.mock('../../app/_models/user.ts', () => ({ listUsers: vi.fn(), readSearch: vi.fn() }))
vi.mock('../../app/_request/page-status.ts')
vi.mock('next/navigation')

const ADA = { id: 3, username: 'ada', email: 'ada@example.com', age: 36 }
const FOUND: UserPage = { users: [ADA], count: 150, isCountExact: true, pageCount: 3, histogram: [], isTooBroad: false }

beforeEach(() => {
  vi.mocked(setStatusNotFound).mockClear()
})

async function render(page: string, answer: Partial<UserPage>): Promise<string> {
  vi.mocked(listUsers).mockResolvedValue({ ...FOUND, ...answer })
  vi.mocked(readSearch).mockResolvedValue({ words: [], foldCharacter: (character) => character })
  return renderToStaticMarkup(await UserListPage({ searchParams: Promise.resolve({ q: 'a', page }) }))
}

test('shows the people found and their number', async () => {
  const html = await render('2', {})
  expect(html).toContain('150 people match')
  expect(html).toContain('@example.com')
  expect(html).toContain('>Last</a>')
})

test('shows that there are more matches than are counted, and calls no page the last', async () => {
  const html = await render('2', { count: 10_000, pageCount: 200, isCountExact: false, histogram: null })
  expect(html).toContain('More than 10,000 people match')
  expect(html).toContain('Too many people match to count their ages.')
  expect(html).not.toContain('>Last</a>')
  expect(setStatusNotFound).not.toHaveBeenCalled()
})

test.each([
  ['an unknown number of people', { count: 0, pageCount: 1, isCountExact: false }],
  ['more people than are counted', { count: 10_000, pageCount: 200, isCountExact: false }],
  ['people that cannot be sorted', { count: 9_000, pageCount: 180, isCountExact: true }],
])('names what narrows a search that finds %s, on any page', async (_, answer) => {
  const html = await render('3', { users: [], histogram: null, isTooBroad: true, ...answer })
  expect(html).toContain('Too many people match')
  expect(html).toContain('Narrow your search')
  expect(html).not.toContain('<table')
  expect(setStatusNotFound).not.toHaveBeenCalled()
})

test('a page beyond the end is not found', async () => {
  const html = await render('4', { users: [] })
  expect(html).toContain('There is no page 4: the last is')
  expect(html).not.toContain('Narrow your search')
  expect(setStatusNotFound).toHaveBeenCalled()
})

test('a page beyond the counted matches links to the last one', async () => {
  const html = await render('201', { users: [], count: 10_000, pageCount: 200, isCountExact: false })
  expect(html).toContain('Too many matches: the list stops at')
  expect(setStatusNotFound).toHaveBeenCalled()
})
