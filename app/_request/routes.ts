import { answerList } from '../_data/answer-list.ts'
import { answerSiteFile, SITE_FILE } from '../_data/answer-site-file.ts'
import { answerUser, USER_FORMATS } from '../_data/answer-user.ts'
import { DATA_FORMATS } from '../_data/data-parameters.ts'
import { readInstallationSecret } from '../_models/installation.ts'
import {
  type Directory,
  findUser,
  listUsers,
  readAtVersion,
  readDataVersion,
  summarizeDirectory,
  type UserPage,
  type UserRow,
} from '../_models/user.ts'
import { parseUserId } from '../_models/user-id.ts'
import {
  isCanonical,
  parseProfileList,
  parseUserListQuery,
  type SearchParams,
  type UserListQuery,
  userListHref,
} from '../_models/user-list-query.ts'
import { findPlace, type UserPlace } from '../_models/user-place.ts'
import { readSite } from '../_site/site.ts'
import { type Answer, currentAnswer } from './answer.ts'
import type { DataAnswer } from './data-answer.ts'

export { readAtVersion, readDataVersion, readInstallationSecret }

type RoutePattern = {
  /** The folder in app/ that has the page; also the name in metrics. Data has no folder: the server answers without Next. */
  name: string
  /** The paths that lead to it. */
  pattern: RegExp
}

/** A page that shows data. */
export type PageRoute = RoutePattern & {
  /** Reads what the page at `path` shows. It must be all that the page depends on besides its URL: the page's tag is made of it. */
  read: (path: string, params: SearchParams) => Promise<unknown>
  /** The one spelling of the URL with `params`, where that is another one. */
  redirectTo?: (params: SearchParams) => string | null
  /** Whether the page takes long to render, so that no two are rendered side by side. */
  isLong?: true
}

/** An address for programs. */
export type DataRoute = RoutePattern & { answer: (path: string, params: SearchParams, signal: AbortSignal) => Promise<DataAnswer> }

/** Paths that lead to nothing, whatever the database holds: one page for all of them. */
export type NotFoundRoute = RoutePattern & { examplePath: string }

export type Route = PageRoute | DataRoute | NotFoundRoute

/** All routes of app/. The first whose pattern fits leads to the page. */
export const ROUTES: Route[] = [
  { name: '/', pattern: /^\/$/, read: readDirectory },
  {
    name: '/users',
    pattern: /^\/users$/,
    read: (_, params) => readUserPage(parseUserListQuery(params, readSite().hiddenFields).query),
    redirectTo: findCanonicalListUrl,
    isLong: true,
  },
  {
    name: '/user/profile/[id]',
    pattern: /^\/user\/profile\/[1-9]\d{0,15}$/,
    read: async (path, params) => {
      const user = await readUser(path.split('/').at(-1) ?? '')
      return user && [user, await readPlace(user.id, parseProfileList(params, readSite().hiddenFields))]
    },
  },
  {
    name: '/users.[format]',
    pattern: new RegExp(`^/users\\.(?:${DATA_FORMATS.join('|')})$`),
    answer: (path, params, signal) => answerList(findExtension(path, DATA_FORMATS), params, signal),
  },
  {
    name: '/user/profile/[id].[format]',
    pattern: new RegExp(`^/user/profile/[^/]+\\.(?:${USER_FORMATS.join('|')})$`),
    answer: (path, params) => {
      const format = findExtension(path, USER_FORMATS)
      return answerUser(format, path.slice('/user/profile/'.length, -format.length - 1), params)
    },
  },
  { name: '/[file]', pattern: SITE_FILE, answer: answerSiteFile },
  { name: '/user/profile/[id]', pattern: /^\/user\/profile\/[^/]+$/, examplePath: '/user/profile/0' },
  { name: '/[...path]', pattern: /^/, examplePath: '/no-such-page' },
]

export function readDirectory(): Promise<Directory> {
  const { data } = findAnswer()
  data.directory ??= summarizeDirectory()
  return data.directory
}

/** The person with the id that `idText` spells, or null. */
export function readUser(idText: string): Promise<UserRow | null> {
  const id = parseUserId(idText)
  const { data } = findAnswer()
  data.user ??= id === null ? Promise.resolve(null) : findUser(id)
  return data.user
}

/** The place of the person with `id` in the list of `query`, or null. */
export function readPlace(id: number, query: UserListQuery | null): Promise<UserPlace | null> {
  const answer = findAnswer()
  answer.data.place ??= query === null ? Promise.resolve(null) : findPlace(id, query, listOptions(answer))
  return answer.data.place
}

export function readUserPage(query: UserListQuery): Promise<UserPage> {
  const answer = findAnswer()
  answer.data.userPage ??= listUsers(query, listOptions(answer))
  return answer.data.userPage
}

function listOptions(answer: ReturnType<typeof findAnswer>) {
  const onPlans = (plans: string[]) => {
    answer.plans = plans
  }
  return { signal: answer.signal, onPlans }
}

// A list that ignores parameters keeps its URL: its page names them.
function findCanonicalListUrl(params: SearchParams): string | null {
  const { query, ignored } = parseUserListQuery(params, readSite().hiddenFields)
  return ignored.length === 0 && !isCanonical(params, query) ? userListHref(query) : null
}

function findExtension<Format extends string>(path: string, formats: readonly Format[]): Format {
  const format = formats.find((each) => path.endsWith(`.${each}`))
  if (format === undefined) throw new Error(`${path} has no extension of a format`)
  return format
}

function findAnswer(): Pick<Answer, 'data' | 'plans'> & { signal?: AbortSignal } {
  return currentAnswer.getStore() ?? { data: {} }
}
