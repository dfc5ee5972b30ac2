import { type KeyObject, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { NextPages } from '../worker/next-pages.ts'
import type { Answer } from './answer.ts'
import { acceptsGzip, bufferAnswer, compressAnswer, sendBufferedAnswer } from './buffered-response.ts'
import { canonicalUrl } from './canonical-url.ts'
import { databaseFault } from './database-fault.ts'
import { sendFault } from './fault-page.ts'
import { takeFlightHeaders } from './flight-headers.ts'
import { refuseMalformed } from './malformed-request.ts'
import { createNotFoundPages } from './not-found-pages.ts'
import { createPageAnswers, isBusy, newNonce } from './page-answers.ts'
import { accelExpires } from './page-cache.ts'
import { answerInTurn, endInTurn } from './pipelining.ts'
import { observeRequest, type RequestObserver } from './request-log.ts'
import { takeTarget } from './request-target.ts'
import { contentSecurityPolicy, SECURITY_HEADERS } from './security-headers.ts'
import { isStaticFile, sendStaticFile } from './static-files.ts'

const METHODS = ['GET', 'HEAD']
const REQUEST_ID = /^[\w.-]{1,64}$/

const CONNECTION_OPTIONS: ServerOptions = {
  // Longer than a proxy keeps its idle connections (nginx: 60 s), so that it never asks on one that is just being closed.
  keepAliveTimeout: 75_000,
  // As nginx has it. No page takes a body, so that a request is whole with its headers.
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Node's own refusal would lack our headers: takeTarget sees to it.
  requireHostHeader: false,
}
// Longer than any page takes; it frees what a visitor who stopped reading holds.
const INACTIVE_MS = 30_000
// One that has sent half a request takes 9 kB: a fifth of the memory that a worker may have (WORKER_MEMORY_MB).
const MAX_CONNECTIONS = 10_000

type WebServerOptions = {
  pages: NextPages
  secret: KeyObject
  observe: RequestObserver
  /** Is told what SQLite says when a page cannot be made for it. */
  onDatabaseFault: (fault: string, requestId: string) => void
  /** Why pages can not be served right now; null when they can. */
  findUnreadiness: () => Promise<string | null>
}

/** An HTTP server, not listening yet, that answers from Next's standalone build. */
export function createWebServer({ pages, secret, observe, onDatabaseFault, findUnreadiness }: WebServerOptions): Server {
  const answerPage = createPageAnswers(pages, secret)
  const notFound = createNotFoundPages(pages, secret)
  const listener = answerInTurn((request, response) => {
    const mistake = takeTarget(request) ?? takeFlightHeaders(request.headers)
    const requestId = identify(request)
    const answer: Answer = { response, requestId, signal: goneSignal(response), cache: 'none', fault: null }
    observeRequest(request, answer, observe)
    response.setHeaders(new Map([...SECURITY_HEADERS, ['X-Request-Id', requestId]]))
    // While it drains, no client should send another request this way.
    if (!server.listening) response.setHeader('Connection', 'close')
    if (!METHODS.includes(request.method ?? '')) return refuseMethod(response)
    if (mistake !== null) return sendText(response, 400, `${mistake}\n`)
    const url = request.url ?? ''
    if (canonicalUrl(url) !== url) return redirect(response, canonicalUrl(url))
    if (url === '/healthz') return sendText(response, 200, 'ok\n')
    if (url === '/readyz') return void findUnreadiness().then((reason) => sendReadiness(response, reason))
    answerUrl(request, answer).catch((error) => answerFault(error, answer))
  })
  const server = createServer(CONNECTION_OPTIONS, listener)
  // Node would answer these itself, without our headers.
  for (const event of ['checkContinue', 'checkExpectation'] as const) server.on(event, listener)
  server.on('clientError', (error, socket) => endInTurn(socket, () => refuseMalformed(error, socket)))
  server.setTimeout(INACTIVE_MS)
  server.maxConnections = MAX_CONNECTIONS
  return server

  async function answerUrl(request: IncomingMessage, answer: Answer): Promise<void> {
    const path = request.url?.split('?', 1)[0] ?? ''
    if (!isStaticFile(path)) return notFound.has(path) ? notFound.send(path, request, answer.response) : answerPage(request, answer)
    answer.response.setHeader('Content-Security-Policy', contentSecurityPolicy(newNonce()))
    const file = await bufferAnswer(request, (response) => sendStaticFile(path, request, response), answer.signal)
    sendBufferedAnswer(answer.response, await compressAnswer(file, acceptsGzip(request)))
  }

  function answerFault(error: unknown, answer: Answer): void {
    if (answer.signal.aborted) return
    const fault = databaseFault(error)
    if (isBusy(error)) sendFault(answer, 'busy')
    else if (fault !== null) {
      onDatabaseFault(fault, answer.requestId)
      sendFault(answer, 'unavailable')
    } else {
      console.error(error, { requestId: answer.requestId })
      sendFault(answer, 'broken')
    }
  }
}

/** Aborted when the visitor hangs up before the answer is sent. */
function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  return gone.signal
}

function identify(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  request.headers['x-request-id'] = requestId
  return requestId
}

function refuseMethod(response: ServerResponse): void {
  response.setHeader('Allow', METHODS.join(', '))
  sendText(response, 405, 'Roster only shows people: use GET or HEAD.\n')
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { Location: location, 'X-Accel-Expires': accelExpires(Date.now()) })
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
