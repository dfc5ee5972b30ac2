import { globSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { findUser, listUsers, summarizeDirectory } from '../../app/_models/user.ts'
import { findPlace } from '../../app/_models/user-place.ts'
import { currentAnswer } from '../../app/_request/answer.ts'
import { type PageRoute, ROUTES, readUserPage } from '../../app/_request/routes.ts'
import { ROOT } from '../../server/paths.ts'

vi.mock('../../app/_models/user.ts', () => ({ findUser: vi.fn(), listUsers: vi.fn(), summarizeDirectory: vi.fn() }))
vi.mock('../../app/_models/user-place.ts', () => ({ findPlace: vi.fn() }))

beforeEach(() => {
  vi.resetAllMocks()
})

const findRoute = (path: string) => ROUTES.find(({ pattern }) => pattern.test(path))

function pageRoute(path: string): PageRoute {
  const route = findRoute(path)
  if (!route || !('read' in route)) throw new Error(`${path} shows no data`)
  return route
}

test('each page in app/ has a route, and each route a page', () => {
  const files = globSync('**/{page,route}.{ts,tsx}', { cwd: join(ROOT, 'app') })
  // The server answers with data without Next; app/data is for `next dev`.
  const pages = files.map((file) => join('/', dirname(file))).filter((path) => path !== '/data/[...path]')
  expect(pages).toContain('/users')
  const names = ROUTES.filter((route) => !('answer' in route)).map(({ name }) => name)
  expect([...new Set(names)].sort()).toEqual(pages.sort())
})

test.each([
  ['/', '/', true],
  ['/users', '/users', true],
  ['/user/profile/1', '/user/profile/[id]', true],
  ['/user/profile/9007199254740993', '/user/profile/[id]', true],
  ['/users.csv', '/users.[format]', false],
  ['/users.vcf', '/users.[format]', false],
  ['/users.xml', '/[...path]', false],
  ['/users.csv/', '/[...path]', false],
  ['/user/profile/1.json', '/user/profile/[id].[format]', false],
  ['/user/profile/abc.vcf', '/user/profile/[id].[format]', false],
  ['/user/profile/1.csv', '/user/profile/[id]', false],
  ['/user/profile/0', '/user/profile/[id]', false],
  ['/user/profile/abc', '/user/profile/[id]', false],
  ['/user/profile/1/2', '/[...path]', false],
  ['/users/1', '/[...path]', false],
  ['/USERS', '/[...path]', false],
  ['/favicon.ico', '/[...path]', false],
])('%s leads to %s', (path, name, isReading) => {
  const route = findRoute(path)
  expect({ name: route?.name, isReading: route && 'read' in route }).toEqual({ name, isReading })
})

test('a path that leads to nothing has an example with the same page', () => {
  const notFound = ROUTES.flatMap((route) => ('examplePath' in route ? [route] : []))
  expect(notFound).toHaveLength(2)
  for (const route of notFound) expect(findRoute(route.examplePath)).toBe(route)
})

test('a route reads what its page shows', async () => {
  const directory = { count: 0, histogram: [], newest: [] }
  vi.mocked(summarizeDirectory).mockResolvedValue(directory)
  expect(await pageRoute('/').read('/', {})).toBe(directory)
  await pageRoute('/user/profile/12').read('/user/profile/12', {})
  expect(findUser).toHaveBeenCalledWith(12)
  expect(await pageRoute('/user/profile/9007199254740993').read('/user/profile/9007199254740993', {})).toBe(null)
  expect(findPlace).not.toHaveBeenCalled()
  vi.mocked(findUser).mockResolvedValue({ id: 12, username: 'ada', email: 'ada@example.com', age: null })
  await pageRoute('/user/profile/12').read('/user/profile/12', { q: 'ada', page: '2' })
  expect(findPlace).toHaveBeenCalledWith(12, expect.objectContaining({ q: 'ada', page: 2 }), expect.anything())
  await pageRoute('/users').read('/users', { q: 'ada', page: '2' })
  expect(vi.mocked(listUsers).mock.lastCall?.[0]).toMatchObject({ q: 'ada', page: 2 })
})

test('a page shows what was read for its tag', async () => {
  const answer = { data: {}, signal: new AbortController().signal, status: 200 } as const
  vi.mocked(listUsers).mockImplementation(async () => ({
    users: [],
    count: 0,
    isCountExact: true,
    pageCount: 1,
    histogram: null,
    isTooBroad: false,
  }))
  await currentAnswer.run(answer, async () => {
    const read = await pageRoute('/users').read('/users', { q: 'ada' })
    const [query] = vi.mocked(listUsers).mock.lastCall ?? []
    expect(query && (await readUserPage(query))).toBe(read)
  })
  expect(listUsers).toHaveBeenCalledTimes(1)
})

test.each([
  [{ sort: 'age', q: 'ada' }, '/users?q=ada&sort=age'],
  [{ q: 'ada', sort: 'age' }, null],
  [{ q: '' }, '/users'],
  [{ size: '7', q: 'ada' }, null],
])('the canonical URL of the list with %j is %s', (params, url) => {
  expect(pageRoute('/users').redirectTo?.(params)).toBe(url)
})
