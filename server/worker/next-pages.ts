import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { parse } from 'node:querystring'
import { VARYING_HEADERS } from '../http/page-cache.ts'
import { STANDALONE } from '../paths.ts'

// All headers that a page may depend on. Next has others, of its own hosting, by which a visitor could bend what it answers.
const HEADERS = new Set([...VARYING_HEADERS, 'host', 'content-security-policy', 'x-request-id'])
// The same for parameters: with nxtPid, Next would take a page's id from there.
const HOSTING_PARAMETER = /^nxt[PI]/

// Whatever address no other page has.
const NO_PAGE = '/[...path]'

const DISTRIBUTION = join(STANDALONE, '.next')

type PageContext = { requestMeta: { relativeProjectDir: string; query: Record<string, string | string[] | undefined> } }
type PageHandler = (request: IncomingMessage, response: ServerResponse, context: PageContext) => Promise<void>
type RoutesManifest = Record<'staticRoutes' | 'dynamicRoutes', { page: string; regex: string }[]>

export type NextPages = {
  buildId: string
  /** Whether a page is at the address `path`, other than the one for unknown addresses. */
  has: (path: string) => boolean
  /** Answers with the page at the address of `request`; throws what Next can not answer itself. */
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/**
 * The pages of Next's build, each called at its entrypoint: https://nextjs.org/docs/app/api-reference/adapters/invoking-entrypoints
 * Next's own server around them takes twice as long to start, and a part of each request, for what Roster has no use for.
 */
export async function loadNextPages(): Promise<NextPages> {
  process.chdir(STANDALONE)
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_RUNTIME: 'nodejs' })
  const require = createRequire(join(STANDALONE, 'server.js'))
  // The globals that the pages of a build rely on.
  require('next/dist/server/node-environment')
  await (await require(join(DISTRIBUTION, 'server/instrumentation.js'))).register()

  const { staticRoutes, dynamicRoutes }: RoutesManifest = readJson('routes-manifest.json')
  const files: Record<string, string> = readJson('server/app-paths-manifest.json')
  const routes = [...staticRoutes, ...dynamicRoutes]
    // Pages of Next's own, which have no address.
    .filter(({ page }) => !page.startsWith('/_'))
    .map(({ page, regex }) => {
      const { handler }: { handler: PageHandler } = require(join(DISTRIBUTION, 'server', files[join(page, 'page')] ?? ''))
      return { page, address: new RegExp(regex), handler }
    })

  return {
    buildId: readFileSync(join(DISTRIBUTION, 'BUILD_ID'), 'utf8'),
    has: (path) => routes.some(({ page, address }) => page !== NO_PAGE && address.test(path)),
    answer: async (request, response) => {
      const [path = '', search] = (request.url ?? '').split(/\?(.*)/s, 2)
      const route = routes.find(({ address }) => address.test(path))
      if (!route) throw new Error(`The build has no page for ${path}`)
      for (const name of Object.keys(request.headers)) if (!HEADERS.has(name)) delete request.headers[name]
      const query = Object.fromEntries(Object.entries(parse(search ?? '')).filter(([name]) => !HOSTING_PARAMETER.test(name)))
      await route.handler(request, response, { requestMeta: { relativeProjectDir: '.', query } })
    },
  }
}

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(DISTRIBUTION, name), 'utf8'))
}
