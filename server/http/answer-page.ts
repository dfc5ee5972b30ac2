import type { KeyObject } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import { type Answer, listRowIds, type PageData } from '../../app/_request/answer.ts'
import type { PageRoute } from '../../app/_request/routes.ts'
import { WorkQueue } from '../../app/_request/work-queue.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { acceptsGzip, compressResponse, sendResponse, type WholeResponse } from './buffered-response.ts'
import { sendFault } from './fault-page.ts'
import { LruCache } from './lru-cache.ts'
import { accelExpires, documentRequest, isValidated, PAGE_CACHE_CONTROL, pageKey, pageNonce, pageTag, VARY } from './page-cache.ts'
import type { CacheState, Exchange } from './request-log.ts'
import { contentSecurityPolicy } from './security-headers.ts'
import { SingleFlight } from './single-flight.ts'

/** When the database was at `version`, in milliseconds since 1970. */
type DataState = { readAt: number; version: string }

/** The tag of a page as it was read at `version` of the database, the nonce of its scripts, and the plans of its search. */
type KnownTag = { version: string; tag: string; nonce: string; plans: string[] }

/** What a page shows, its tag, and that of the document at this address. */
type Reading = { state: DataState; known: KnownTag; documentTag: string; data: PageData }

// With its key, each takes about 400 bytes: 8 MB in all.
const MAX_KNOWN_TAGS = 20_000
// Compressed, as nearly all visitors ask for them, about 700 lists or 2,000 profiles.
const MAX_KEPT_PAGES_BYTES = 8 * 2 ** 20

/** Answers with the page of `route`, or throws why there is none. */
export type AnswerPage = (route: PageRoute, exchange: Exchange) => Promise<void>

/**
 * Simultaneous requests for the same page share it: its data is read once, and it is rendered once. While nothing is committed, no page is
 * read again; a visitor who has it gets a 304, and others the kept one. With `isDebugging` the response names the plans of a search.
 */
export function createPageAnswerer(pages: NextPages, readSecret: () => Promise<KeyObject>, isDebugging: boolean): AnswerPage {
  const knownTags = new LruCache<KnownTag>(MAX_KNOWN_TAGS, () => 1)
  const keptPages = new LruCache<WholeResponse>(MAX_KEPT_PAGES_BYTES, ({ body }) => body.length)
  const readings = new SingleFlight<Reading>()
  const renderings = new SingleFlight<WholeResponse>()
  // Long pages one after the other, so that short ones, such as a profile, are rendered in between.
  const longRenderings = new WorkQueue()

  return async (route, exchange) => {
    const { request, signal } = exchange
    const key = pageKey(request)
    // Before the rows: a commit in between makes the tag look older than it is, never newer.
    const state = { readAt: Date.now(), version: await pages.readDataVersion() }
    signal.throwIfAborted()
    const known = knownTags.get(key)
    if (known?.version === state.version && answerWithoutRendering(exchange, state, known)) return

    // Not a reading that began before the last commit.
    const reading = await readings.run(`${state.version} ${key}`, (allGone) => read(route, exchange, state, allGone), signal)
    signal.throwIfAborted()
    knownTags.set(key, reading.known)
    if (answerWithoutRendering(exchange, reading.state, reading.known)) return

    // Before Next's page, which gets the request without this header.
    const isGzipped = acceptsGzip(request)
    const renderingKey = keyOfRendering(exchange, reading.known)
    const page = await renderings.run(
      renderingKey,
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
    // A copy: zlib's buffer holds on to 16 kB, whatever its length.
    keptPages.set(renderingKey, { ...page, body: Buffer.from(page.body) })
    sendPage(exchange, 'rendered', page, reading.state, reading.known)
  }

  /** Whether the visitor has the page with this tag, or a kept one could be sent. */
  function answerWithoutRendering(exchange: Exchange, state: DataState, known: KnownTag): boolean {
    const { request, response } = exchange
    exchange.plans = known.plans
    if (isValidated(request.headers['if-none-match'], known.tag)) {
      exchange.cache = 'validated'
      response.writeHead(304, { ...pageHeaders(state, known), Vary: VARY }).end()
      return true
    }
    const page = keptPages.get(keyOfRendering(exchange, known))
    if (page) sendPage(exchange, 'kept', page, state, known)
    return page !== undefined
  }

  function sendPage(exchange: Exchange, cache: CacheState, page: WholeResponse, state: DataState, known: KnownTag): void {
    exchange.cache = cache
    // Over Next's own, which forbid to store a page that is made for a request.
    sendResponse(exchange.response, { ...page, headers: { ...page.headers, ...pageHeaders(state, known) } })
  }

  function keyOfRendering({ request }: Exchange, { tag }: KnownTag): string {
    return `${request.method} ${acceptsGzip(request)} ${tag}`
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
    const { result: shown, version } = await pages.read(route, path, params, answer)
    const rowIds = await listRowIds(answer.data)
    const tag = pageTag(pages.buildId, request, shown, rowIds)
    const documentTag = request.headers.rsc === undefined ? tag : pageTag(pages.buildId, documentRequest(request), shown, rowIds)
    const known = { version, tag, nonce: pageNonce(await readSecret(), tag), plans: answer.plans ?? [] }
    return { state, known, documentTag, data: answer.data }
  }

  async function render(route: PageRoute, { request, params }: Exchange, { data, known, documentTag }: Reading, signal: AbortSignal) {
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = contentSecurityPolicy(known.nonce)
    return pages.render(route, params, request, { data, documentTag, signal, status: 200 })
  }
}
