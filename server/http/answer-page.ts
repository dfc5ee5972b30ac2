import type { KeyObject } from 'node:crypto'
import { type Answer, listRowIds, type PageData } from '../../app/_request/answer.ts'
import type { PageRoute } from '../../app/_request/routes.ts'
import { WorkQueue } from '../../app/_request/work-queue.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { acceptsGzip, compressResponse, sendResponse, type WholeResponse } from './buffered-response.ts'
import { sendFault } from './fault-page.ts'
import { accelExpires, documentRequest, isValidated, PAGE_CACHE_CONTROL, pageNonce, pageTag, pageVariant, VARY } from './page-cache.ts'
import type { Exchange } from './request-log.ts'
import { contentSecurityPolicy } from './security-headers.ts'
import { SingleFlight } from './single-flight.ts'

/** What a page shows, read at `readAt` (milliseconds since 1970) or later, its tag, and that of the document at this address. */
type Reading = { data: PageData; readAt: number; tag: string; documentTag: string; plans: string[] }

/** Answers with the page of `route`, or throws why there is none. */
export type AnswerPage = (route: PageRoute, exchange: Exchange) => Promise<void>

/**
 * Simultaneous requests for the same page share it: its data is read once, and it is rendered once. With `isDebugging` the response names
 * the plans of a search.
 */
export function createPageAnswerer(pages: NextPages, secret: KeyObject, isDebugging: boolean): AnswerPage {
  const readings = new SingleFlight<Reading>()
  const renderings = new SingleFlight<WholeResponse>()
  // Long pages one after the other, so that short ones, such as a profile, are rendered in between.
  const longRenderings = new WorkQueue()

  return async (route, exchange) => {
    const { request, response, signal } = exchange
    const reading = await readings.run(JSON.stringify(pageVariant(request)), (allGone) => read(route, exchange, allGone), signal)
    signal.throwIfAborted()
    const { tag, readAt, plans } = reading
    exchange.plans = plans
    if (isDebugging && plans.length > 0) response.setHeader('Server-Timing', plans)
    const headers = {
      'Content-Security-Policy': contentSecurityPolicy(pageNonce(secret, tag)),
      'Cache-Control': PAGE_CACHE_CONTROL,
      'X-Accel-Expires': accelExpires(readAt),
      ETag: tag,
    }
    if (isValidated(request.headers['if-none-match'], tag)) {
      exchange.cache = 'validated'
      response.writeHead(304, { ...headers, Vary: VARY }).end()
      return
    }
    const isGzipped = acceptsGzip(request)
    const page = await renderings.run(
      `${request.method} ${isGzipped} ${tag}`,
      (allGone) => {
        const work = async () => compressResponse(await render(route, exchange, reading, allGone), isGzipped)
        return route.isLong ? longRenderings.run(work, allGone) : work()
      },
      signal,
    )
    signal.throwIfAborted()
    if (page.status >= 500) {
      sendFault(exchange, 'broken')
      return
    }
    exchange.cache = 'rendered'
    // Over Next's own, which forbid to store a page that is made for a request.
    sendResponse(response, { ...page, headers: { ...page.headers, ...headers } })
  }

  async function read(route: PageRoute, { request, path, params }: Exchange, signal: AbortSignal): Promise<Reading> {
    const answer: Answer = { data: {}, signal, status: 200 }
    const readAt = Date.now()
    const shown = await pages.read(route, path, params, answer)
    const rowIds = await listRowIds(answer.data)
    const tag = pageTag(pages.buildId, request, shown, rowIds)
    const documentTag = request.headers.rsc === undefined ? tag : pageTag(pages.buildId, documentRequest(request), shown, rowIds)
    return { data: answer.data, readAt, tag, documentTag, plans: answer.plans ?? [] }
  }

  async function render(route: PageRoute, { request, params }: Exchange, { data, tag, documentTag }: Reading, signal: AbortSignal) {
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = contentSecurityPolicy(pageNonce(secret, tag))
    return pages.render(route, params, request, { data, documentTag, signal, status: 200 })
  }
}
