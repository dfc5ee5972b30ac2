import type { KeyObject } from 'node:crypto'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { NotFoundRoute } from '../../app/_request/routes.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { acceptsGzip } from './buffered-response.ts'
import { pageNonce, pageTag } from './page-cache.ts'
import type { Exchange } from './request-log.ts'
import { contentSecurityPolicy } from './security-headers.ts'

type NotFoundPage = { policy: string; plain: Buffer; gzipped: Buffer }

/** Answers with the page of `route`. */
export type AnswerNotFound = (route: NotFoundRoute, exchange: Exchange) => Promise<void>

/**
 * The pages for paths that lead to nothing. There is no end of such paths, so each page is rendered once, for the route's example, and
 * sent from memory; and no text of a visitor's reaches Next's own error path. No ETag: a 304 can only stand for a 200 (RFC 9110, 13.2.1).
 */
export function createNotFoundAnswerer(pages: NextPages, readSecret: () => Promise<KeyObject>): AnswerNotFound {
  const rendered = new Map<string, Promise<NotFoundPage>>()

  return async (route, { request, response }) => {
    const { policy, plain, gzipped } = await findPage(route)
    const isGzipped = acceptsGzip(request)
    const body = isGzipped ? gzipped : plain
    response
      .writeHead(404, {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Length': body.length,
        ...(isGzipped && { 'Content-Encoding': 'gzip' }),
        'Content-Security-Policy': policy,
        'Cache-Control': 'no-store',
        Vary: 'accept-encoding',
      })
      .end(body)
  }

  function findPage(route: NotFoundRoute): Promise<NotFoundPage> {
    const page = rendered.get(route.examplePath) ?? render(route)
    rendered.set(route.examplePath, page)
    // A failure is not kept: the next request tries again.
    page.catch(() => rendered.delete(route.examplePath))
    return page
  }

  async function render(route: NotFoundRoute): Promise<NotFoundPage> {
    const url = route.examplePath
    const policy = contentSecurityPolicy(pageNonce(await readSecret(), pageTag(pages.buildId, { url, headers: {} }, null)))
    // Without the connection of a visitor: it is rendered for all.
    const request = Object.assign(new IncomingMessage(new Socket()), { method: 'GET', url, headers: { 'content-security-policy': policy } })
    const { signal } = new AbortController()
    const { status, body: plain } = await pages.render(route, {}, request, { data: {}, signal, status: 200 })
    if (status !== 404) throw new Error(`The page for ${url} has status ${status} instead of 404`)
    return { policy, plain, gzipped: gzipSync(plain, { level: 9 }) }
  }
}
