import type { KeyObject } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Answer, PageData } from '../../app/_request/answer.ts'
import type { PageRoute } from '../../app/_request/routes.ts'
import { WorkQueue } from '../../app/_request/work-queue.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { acceptsGzip, compressResponse, sendResponse, type WholeResponse } from './buffered-response.ts'
import { sendFault } from './fault-page.ts'
import { type KnownTag, KnownTags } from './known-tags.ts'
import { accelExpires, isValidated, PAGE_CACHE_CONTROL, pageKey, pageNonce, pageTag, VARY } from './page-cache.ts'
import type { Exchange } from './request-log.ts'
import { contentSecurityPolicy } from './security-headers.ts'
import { SingleFlight } from './single-flight.ts'

/** When the database was at `version`, in milliseconds since 1970. */
type DataState = { readAt: number; version: string }

/** What a page shows, and its tag. */
type Reading = { state: DataState; known: KnownTag; data: PageData }

/** Answers with the page of `route`, or throws why there is none. */
export type AnswerPage = (route: PageRoute, exchange: Exchange) => Promise<void>

/**
 * Simultaneous requests for the same page share it: its data is read once, and it is rendered once. A visitor who has the present
 * page gets a 304, without a reading while the database is the same. With `isDebugging` the response names the plans of a search.
 */
export function createPageAnswerer(pages: NextPages, secret: KeyObject, isDebugging: boolean): AnswerPage {
  const knownTags = new KnownTags()
  const readings = new SingleFlight<Reading>()
  const renderings = new SingleFlight<WholeResponse>()
  // Long pages one after the other, so that short ones, such as a profile, are rendered in between.
  const longRenderings = new WorkQueue()

  return async (route, exchange) => {
    const { request, response, signal } = exchange
    const key = pageKey(request)
    // Before the rows: a commit in between makes the tag look older than it is, never newer.
    const state = { readAt: Date.now(), version: await pages.readDataVersion() }
    signal.throwIfAborted()
    const known = knownTags.find(key, state.version)
    if (known && isValidated(request.headers['if-none-match'], known.tag)) return sendNotModified(exchange, state, known)
    // Not a reading that began before the last commit.
    const reading = await readings.run(`${state.version} ${key}`, (allGone) => read(route, exchange, state, allGone), signal)
    signal.throwIfAborted()
    knownTags.remember(key, reading.known)
    if (isValidated(request.headers['if-none-match'], reading.known.tag)) return sendNotModified(exchange, reading.state, reading.known)
    exchange.plans = reading.known.plans
    const isGzipped = acceptsGzip(request)
    const page = await renderings.run(
      `${request.method} ${isGzipped} ${reading.known.tag}`,
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
    sendResponse(response, { ...page, headers: { ...page.headers, ...pageHeaders(reading.state, reading.known) } })
  }

  function sendNotModified(exchange: Exchange, state: DataState, known: KnownTag): void {
    exchange.cache = 'validated'
    exchange.plans = known.plans
    exchange.response.writeHead(304, { ...pageHeaders(state, known), Vary: VARY }).end()
  }

  function pageHeaders({ readAt }: DataState, { tag, nonce, plans }: KnownTag): OutgoingHttpHeaders {
    return {
      'Content-Security-Policy': contentSecurityPolicy(nonce),
      'Cache-Control': PAGE_CACHE_CONTROL,
      'X-Accel-Expires': accelExpires(readAt),
      ETag: tag,
      ...(isDebugging && plans.length > 0 && { 'Server-Timing': plans }),
    }
  }

  async function read(route: PageRoute, { request, path, params }: Exchange, state: DataState, signal: AbortSignal): Promise<Reading> {
    const answer: Answer = { data: {}, signal, status: 200 }
    const shown = await pages.read(route, path, params, answer)
    const tag = pageTag(pages.buildId, request, shown)
    const known = { version: state.version, tag, nonce: pageNonce(secret, tag), plans: answer.plans ?? [] }
    return { state, known, data: answer.data }
  }

  async function render(route: PageRoute, { request, params }: Exchange, { data, known }: Reading, signal: AbortSignal) {
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = contentSecurityPolicy(known.nonce)
    return pages.render(route, params, request, { data, signal, status: 200 })
  }
}
