import type { KeyObject } from 'node:crypto'
import { IncomingMessage, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { currentAnswer } from '../../app/_request/current-answer.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { acceptsGzip, bufferAnswer } from './buffered-response.ts'
import { pageNonce, pageTag } from './page-cache.ts'
import { contentSecurityPolicy } from './security-headers.ts'

const PROFILE = '/user/profile/'
// As the model understands it (app/_models/user-id.ts).
const USER_ID = /^[1-9]\d{0,15}$/

// Any addresses that nothing is at: what their pages say is the same for all others.
const NO_PAGE = '/no-such-page'
const NO_PERSON = `${PROFILE}0`

type NotFoundPage = { policy: string; plain: Buffer; packed: Buffer }

export type NotFoundPages = {
  /** Whether nothing can be at the address `path`, whoever is in the database. */
  has: (path: string) => boolean
  send: (path: string, request: IncomingMessage, response: ServerResponse) => Promise<void>
}

/**
 * The pages for addresses that nothing is at. Anybody may ask for as many of those as they like, so each page is made once and sent from
 * memory; and no text of a visitor's gets into Next's own error path. No ETag: a 304 can only stand for a 200 (RFC 9110, 13.2.1).
 */
export function createNotFoundPages(pages: NextPages, secret: KeyObject): NotFoundPages {
  const made = new Map<string, Promise<NotFoundPage>>()

  return {
    has: (path) => !pages.has(path) || (path.startsWith(PROFILE) && !USER_ID.test(path.slice(PROFILE.length))),
    send: async (path, request, response) => {
      const { policy, plain, packed } = await find(pages.has(path) ? NO_PERSON : NO_PAGE)
      const isPacked = acceptsGzip(request)
      const body = isPacked ? packed : plain
      response
        .writeHead(404, {
          'Content-Type': 'text/html; charset=utf-8',
          'Content-Length': body.length,
          ...(isPacked && { 'Content-Encoding': 'gzip' }),
          'Content-Security-Policy': policy,
          'Cache-Control': 'no-store',
          Vary: 'accept-encoding',
        })
        .end(body)
    },
  }

  function find(url: string): Promise<NotFoundPage> {
    const page = made.get(url) ?? make(url)
    made.set(url, page)
    // Not kept when it fails: the next visitor has it tried again.
    page.catch(() => made.delete(url))
    return page
  }

  async function make(url: string): Promise<NotFoundPage> {
    // Of nobody's connection: it is made for all.
    const request = new IncomingMessage(new Socket())
    const policy = contentSecurityPolicy(pageNonce(secret, pageTag(pages.buildId, { url, headers: {} }, null)))
    Object.assign(request, { method: 'GET', url, headers: { 'content-security-policy': policy } })
    const { signal } = new AbortController()
    const write = (response: ServerResponse) => currentAnswer.run({ pageData: {}, signal, response }, () => pages.answer(request, response))
    const { status, body: plain } = await bufferAnswer(request, write, signal)
    if (status !== 404) throw new Error(`The page for ${url} has status ${status}`)
    return { policy, plain, packed: gzipSync(plain, { level: 9 }) }
  }
}
