import type { Search } from '../_models/search-words.ts'
import { countUsers, findUser, listUsers, readSearch, type UserPage, type UserRow } from '../_models/user.ts'
import { parseUserId } from '../_models/user-id.ts'
import { isCanonical, parseUserListQuery, type SearchParams, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { currentAnswer } from './current-answer.ts'

// What each page shows. The server asks for it first, to make the page's tag (server/http/page-cache.ts), and the page shows just that:
// asked for again, it could be newer than its tag.

/** An answer is one page, and shows one of these. */
export type PageData = { count?: Promise<number>; user?: Promise<UserRow | null>; userPage?: Promise<UserPage> }

export function getUserCount(): Promise<number> {
  const { data } = currentPageData()
  data.count ??= countUsers()
  return data.count
}

/** The person whose id is spelled `idText`, or null. */
export function getUser(idText: string): Promise<UserRow | null> {
  const id = parseUserId(idText)
  const { data } = currentPageData()
  data.user ??= id === null ? Promise.resolve(null) : findUser(id)
  return data.user
}

/** What the list searches for, to mark it in what was found. */
export function getSearch({ q }: UserListQuery): Promise<Search> {
  return readSearch(q)
}

export function getUserPage(query: UserListQuery): Promise<UserPage> {
  const { data, signal } = currentPageData()
  data.userPage ??= listUsers(query, { signal })
  return data.userPage
}

/** What the page at `url` (path and query) shows, or the address that it leads to; null where that is no page that shows data. */
export async function getPageData(url: string): Promise<{ shown: unknown } | { redirectTo: string } | null> {
  const { pathname, searchParams } = new URL(url, 'http://localhost')
  if (pathname === '/') return { shown: await getUserCount() }
  const idText = /^\/user\/profile\/([^/]+)$/.exec(pathname)?.[1]
  if (idText !== undefined) return { shown: await getUser(idText) }
  if (pathname !== '/users') return null
  const params = readSearchParams(searchParams)
  const { query, ignored } = parseUserListQuery(params)
  if (ignored.length === 0 && !isCanonical(params, query)) return { redirectTo: userListHref(query) }
  return { shown: await getUserPage(query) }
}

// As Next hands them to a page. It adds _rsc to the requests of its own script.
function readSearchParams(searchParams: URLSearchParams): SearchParams {
  const params: SearchParams = {}
  for (const name of new Set(searchParams.keys())) {
    const [first, ...others] = searchParams.getAll(name)
    if (name !== '_rsc') params[name] = others.length > 0 ? [first ?? '', ...others] : first
  }
  return params
}

function currentPageData(): { data: PageData; signal?: AbortSignal } {
  const answer = currentAnswer.getStore()
  return answer ? { data: answer.pageData, signal: answer.signal } : { data: {} }
}
