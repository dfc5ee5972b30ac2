import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { ParsedUrlQuery } from 'node:querystring'
import { type Answer, currentAnswer } from '../../app/_request/answer.ts'
import type { PageRoute, Route } from '../../app/_request/routes.ts'
import { bufferResponse, type WholeResponse } from '../http/buffered-response.ts'
import { loadScriptsLate } from '../http/late-scripts.ts'
import { VARYING_HEADERS } from '../http/page-cache.ts'
import { STANDALONE } from '../paths.ts'

// All headers that a page may depend on. By others, meant for its own hosting, Next would let a visitor change what it answers.
const HEADERS = new Set([...VARYING_HEADERS, 'host', 'content-security-policy', 'x-request-id'])
// The same for parameters: Next would take a page's id from nxtPid.
const HOSTING_PARAMETER = /^nxt[PI]/

const DISTRIBUTION = join(STANDALONE, '.next')

const require = createRequire(join(STANDALONE, 'server.js'))

type PageContext = { requestMeta: { relativeProjectDir: string; query: ParsedUrlQuery } }
type PageHandler = (request: IncomingMessage, response: ServerResponse, context: PageContext) => Promise<void>

export type NextPages = {
  buildId: string
  /** The route of `path`: there is one for every path. */
  findRoute: (path: string) => Route
  /** The version of the database: another one after each commit. While it is the same, so is what `read` returns. */
  readDataVersion: () => Promise<string>
  /** The secret that the database keeps for all web nodes; null for a SQLite file. */
  readInstallationSecret: () => Promise<Uint8Array | null>
  /** Reads what the page at `path` shows, and keeps it in `answer` for the page. The version is that of all of it, or an older one. */
  read: (route: PageRoute, path: string, params: ParsedUrlQuery, answer: Answer) => Promise<{ result: unknown; version: string }>
  /** The page of `route` as Next answers `request` with it; throws what Next cannot answer itself. */
  render: (route: Route, params: ParsedUrlQuery, request: IncomingMessage, answer: Answer) => Promise<WholeResponse>
}

/** The routes of Next's build, with the model. Changes the folder and the environment of this process. */
export async function loadRoutes(): Promise<typeof import('../../app/_request/routes.ts')> {
  process.chdir(STANDALONE)
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_RUNTIME: 'nodejs' })
  // The globals that the pages of a build rely on.
  require('next/dist/server/node-environment')
  const instrumentation: typeof import('../../instrumentation.ts') = await require(join(DISTRIBUTION, 'server/instrumentation.js'))
  return instrumentation.loadRoutes()
}

/**
 * The pages of Next's build, each called at its entrypoint: https://nextjs.org/docs/app/api-reference/adapters/invoking-entrypoints
 * Next's own server around them takes twice as long to start, and a part of each request, for features that Roster does not use.
 */
export async function loadNextPages(): Promise<NextPages> {
  const { ROUTES: routes, readAtVersion, readDataVersion, readInstallationSecret } = await loadRoutes()
  const files: Record<string, string> = JSON.parse(readFileSync(join(DISTRIBUTION, 'server/app-paths-manifest.json'), 'utf8'))
  const handlers = new Map(routes.flatMap((route) => ('answer' in route ? [] : [[route.name, loadHandler(route.name)]])))

  function loadHandler(name: string): PageHandler {
    const file = files[join(name, 'page')]
    if (file === undefined) throw new Error(`The build has no page for the route ${name}`)
    return require(join(DISTRIBUTION, 'server', file)).handler
  }

  function findRoute(path: string): Route {
    const route = routes.find(({ pattern }) => pattern.test(path))
    if (!route) throw new Error(`No route for ${path}`)
    return route
  }

  return {
    buildId: readFileSync(join(DISTRIBUTION, 'BUILD_ID'), 'utf8'),
    findRoute,
    readDataVersion,
    readInstallationSecret,
    read: (route, path, params, answer) =>
      readAtVersion(() => {
        // What a lost connection has left there.
        answer.data = {}
        return currentAnswer.run(answer, () => route.read(path, params))
      }),
    render: async ({ name }, params, request, answer) => {
      const handler = handlers.get(name) ?? loadHandler(name)
      for (const header of Object.keys(request.headers)) if (!HEADERS.has(header)) delete request.headers[header]
      const query = Object.fromEntries(Object.entries(params).filter(([parameter]) => !HOSTING_PARAMETER.test(parameter)))
      const context = { requestMeta: { relativeProjectDir: '.', query } }
      const write = (response: ServerResponse) => currentAnswer.run(answer, () => handler(request, response, context))
      const page = loadScriptsLate(await bufferResponse(request, write, answer.signal))
      // Next's router would load the document, and all that a visitor has typed would be gone, when the data of a page came with a 404.
      return page.status === 200 && request.headers.rsc === undefined ? { ...page, status: answer.status } : page
    },
  }
}
