import { type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { currentAnswer } from '../../app/_request/current-answer.ts'
import type { PageData } from '../../app/_request/page-data.ts'
import { WorkQueue } from '../../app/_request/work-queue.ts'
import type { NextPages } from '../worker/next-pages.ts'
import type { Answer } from './answer.ts'
import { acceptsGzip, type BufferedAnswer, bufferAnswer, compressAnswer, sendBufferedAnswer } from './buffered-response.ts'
import { sendFault } from './fault-page.ts'
import { accelExpires, isValidated, PAGE_CACHE_CONTROL, pageNonce, pageTag, pageVariant, VARY } from './page-cache.ts'
import { contentSecurityPolicy } from './security-headers.ts'
import { SingleFlight } from './single-flight.ts'

/**
 * What a page shows, read at `askedAt` (milliseconds since 1970) or later, and its tag; null where it has none. Some addresses lead to
 * another one instead.
 */
type Reading = { pageData: PageData; askedAt: number; tag: string | null; redirectTo: string | null }

/** Answers with the page at the address of `request`, or throws why there is none. */
export type AnswerPage = (request: IncomingMessage, answer: Answer) => Promise<void>

/** Those who ask for the same page at the same time get the same one: its data is read once, and it is rendered once. */
export function createPageAnswers(pages: NextPages, secret: KeyObject): AnswerPage {
  const readings = new SingleFlight<Reading>()
  const renderings = new SingleFlight<BufferedAnswer>()
  // Long pages one after the other, so that short ones, such as a profile, come in between.
  const lists = new WorkQueue()

  async function read(request: IncomingMessage, signal: AbortSignal): Promise<Reading> {
    const reading: Reading = { pageData: {}, askedAt: Date.now(), tag: null, redirectTo: null }
    const ask = () => globalThis.rosterGetPageData?.(request.url ?? '')
    const data = await currentAnswer.run({ pageData: reading.pageData, signal, response: null }, ask)
    if (data && 'shown' in data) reading.tag = pageTag(pages.buildId, request, data.shown)
    // Next's own script is told by the page itself: a redirect would take it out of the protocol that it speaks.
    if (data && 'redirectTo' in data && request.headers.rsc === undefined) reading.redirectTo = data.redirectTo
    return reading
  }

  async function render(request: IncomingMessage, { pageData, tag }: Reading, isPacked: boolean, signal: AbortSignal) {
    const policy = contentSecurityPolicy(tag === null ? newNonce() : pageNonce(secret, tag))
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = policy
    const page = await bufferAnswer(
      request,
      (response) => {
        response.setHeader('Content-Security-Policy', policy)
        // Next keeps it: otherwise it would forbid to store any page that is made for a request.
        if (tag !== null) response.setHeader('Cache-Control', PAGE_CACHE_CONTROL)
        return currentAnswer.run({ pageData, signal, response }, () => pages.answer(request, response))
      },
      signal,
    )
    return compressAnswer(page, isPacked)
  }

  return async (request, answer) => {
    const { response, signal } = answer
    const reading = await readings.ask(JSON.stringify(pageVariant(request)), (allGone) => read(request, allGone), signal)
    signal.throwIfAborted()
    const { tag, askedAt, redirectTo } = reading
    // A redirect, too: who waits in nginx for the answer to somebody else's request could only ask once more.
    response.setHeader('X-Accel-Expires', accelExpires(askedAt))
    if (redirectTo !== null) {
      const policy = contentSecurityPolicy(newNonce())
      response.writeHead(307, { Location: redirectTo, 'Cache-Control': 'no-store', 'Content-Security-Policy': policy, Vary: VARY }).end()
      return
    }
    if (tag !== null && isValidated(request.headers['if-none-match'], tag)) {
      answer.cache = 'validated'
      response.writeHead(304, {
        'Content-Security-Policy': contentSecurityPolicy(pageNonce(secret, tag)),
        'Cache-Control': PAGE_CACHE_CONTROL,
        ETag: tag,
        Vary: VARY,
      })
      response.end()
      return
    }
    const isPacked = acceptsGzip(request)
    const make = (allGone: AbortSignal) => {
      const work = () => render(request, reading, isPacked, allGone)
      return isList(request) ? lists.run(work, allGone) : work()
    }
    const page = tag === null ? await make(signal) : await renderings.ask(`${request.method} ${isPacked} ${tag}`, make, signal)
    signal.throwIfAborted()
    if (page.status >= 500) {
      sendFault(answer, 'broken')
      return
    }
    if (tag !== null) {
      answer.cache = 'rendered'
      response.setHeader('ETag', tag)
    }
    sendBufferedAnswer(response, page)
  }
}

/** Whether `error` says that too many are waiting. By its name: the model that Next has built has a class of its own. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && error.name === 'BusyError'
}

function isList({ url }: IncomingMessage): boolean {
  return url?.split('?', 1)[0] === '/users'
}

/** A nonce of what is not stored: of a page without a tag, or a file. */
export function newNonce(): string {
  return randomBytes(16).toString('base64')
}
