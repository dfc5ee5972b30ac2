import { type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { canonicalUrl } from './canonical-url.ts'
import { type CurrentAnswer, currentAnswer } from './current-answer.ts'
import type { NextPages } from './next-pages.ts'
import { accelExpires, isValidated, PAGE_CACHE_CONTROL, pageNonce, pageTag, VARY } from './page-validator.ts'
import { refuseMalformed } from './refuse-malformed.ts'
import { observeRequest, type RequestObserver } from './request-observer.ts'
import { contentSecurityPolicy, SECURITY_HEADERS } from './security-headers.ts'
import { isStaticFile, sendStaticFile } from './static-files.ts'
import { sendWhole } from './whole-answer.ts'

const METHODS = ['GET', 'HEAD']
const REQUEST_ID = /^[\w.-]{1,64}$/

// Longer than a proxy keeps its idle connections (nginx: 60 s), so that it never asks on one that is just being closed.
const KEEP_ALIVE_MS = 75_000

type WebServerOptions = {
  pages: NextPages
  secret: KeyObject
  observe: RequestObserver
  /** Why pages can not be served right now; null when they can. */
  findUnreadiness: () => Promise<string | null>
}

/** An HTTP server, not listening yet, that answers from Next's standalone build. */
export function createWebServer({ pages, secret, observe, findUnreadiness }: WebServerOptions): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const requestId = identify(request)
    const answer: CurrentAnswer = { response, requestId, pageData: {}, cache: 'none' }
    observeRequest(request, answer, observe)
    response.setHeaders(new Map([...SECURITY_HEADERS, ['X-Request-Id', requestId]]))
    // While it drains, no client should send another request this way.
    if (!server.listening) response.setHeader('Connection', 'close')
    if (!METHODS.includes(request.method ?? '')) return refuseMethod(response)
    const url = request.url ?? ''
    if (!url.startsWith('/')) return refuseUrl(response)
    if (canonicalUrl(url) !== url) return redirect(response, canonicalUrl(url))
    if (url === '/healthz') return sendText(response, 200, 'ok\n')
    if (url === '/readyz') return void findUnreadiness().then((reason) => sendReadiness(response, reason))
    sendWhole(request, response, requestId)
    currentAnswer.run(answer, () => answerUrl(request, answer)).catch((error) => answerFault(error, answer))
  })
  server.on('clientError', refuseMalformed)
  return server

  async function answerUrl(request: IncomingMessage, answer: CurrentAnswer): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? ''
    if (!isStaticFile(path)) return answerPage(request, answer)
    answer.response.setHeader('Content-Security-Policy', contentSecurityPolicy(newNonce()))
    return sendStaticFile(path, request, answer.response)
  }

  async function answerPage(request: IncomingMessage, answer: CurrentAnswer): Promise<void> {
    const { response } = answer
    const askedAt = Date.now()
    const tag = await findTag(request)
    const policy = contentSecurityPolicy(tag === null ? newNonce() : pageNonce(secret, tag))
    response.setHeader('Content-Security-Policy', policy)
    if (tag !== null) {
      response.setHeader('ETag', tag)
      response.setHeader('Cache-Control', PAGE_CACHE_CONTROL)
      response.setHeader('X-Accel-Expires', accelExpires(askedAt))
      if (isValidated(request.headers['if-none-match'], tag)) {
        answer.cache = 'validated'
        response.writeHead(304, { Vary: VARY }).end()
        return
      }
      answer.cache = 'rendered'
    }
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = policy
    await pages.answer(request, response)
  }

  /** The tag of the page that is asked for; null where that is none, or where the model fails: the page fails the same way then. */
  async function findTag({ url = '', headers }: IncomingMessage): Promise<string | null> {
    try {
      const data = await globalThis.rosterGetPageData?.(url)
      return data === undefined ? null : pageTag(pages.buildId, url, headers, data)
    } catch {
      return null
    }
  }
}

function identify(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  request.headers['x-request-id'] = requestId
  return requestId
}

function newNonce(): string {
  return randomBytes(16).toString('base64')
}

function answerFault(error: unknown, { response, requestId }: CurrentAnswer): void {
  console.error(error, { requestId })
  response.statusCode = 500
  response.end()
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader('Allow', METHODS.join(', '))
  sendText(response, 405, 'Roster only shows people: use GET or HEAD.\n')
}

function refuseUrl(response: ServerResponse): void {
  sendText(response, 400, 'The address must begin with a slash.\n')
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { Location: location })
  response.end()
}

function sendReadiness(response: ServerResponse, reason: string | null): void {
  if (reason === null) sendText(response, 200, 'ready\n')
  else {
    // https://www.rfc-editor.org/rfc/rfc9457
    response.writeHead(503, { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' })
    response.end(JSON.stringify({ type: 'about:blank', title: 'Service Unavailable', status: 503, detail: reason }))
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(text)
}
