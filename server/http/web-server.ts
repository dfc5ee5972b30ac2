import { type KeyObject, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http'
import type { Route } from '../../app/_request/routes.ts'
import { readSite } from '../../app/_site/site.ts'
import type { NextPages } from '../worker/next-pages.ts'
import { answerData } from './answer-data.ts'
import { createPageAnswerer } from './answer-page.ts'
import { databaseFault } from './database-fault.ts'
import { sendFault } from './fault-page.ts'
import { refuseMalformed } from './malformed-request.ts'
import { createNotFoundAnswerer } from './not-found-pages.ts'
import { accelExpires } from './page-cache.ts'
import { answerInOrder, endInOrder } from './pipelining.ts'
import { canonicalUrl, readRequest } from './read-request.ts'
import { type Exchange, observeExchange, type RequestObserver } from './request-log.ts'
import { robotsHeader, SECURITY_HEADERS } from './security-headers.ts'
import { sendProblem } from './send-problem.ts'
import { answerStaticFile, isStaticFile } from './static-files.ts'

const METHODS = ['GET', 'HEAD']
const REQUEST_ID = /^[\w.-]{1,64}$/
const HEALTH_PATH = '/healthz'
const READINESS_PATH = '/readyz'

const CONNECTION_OPTIONS: ServerOptions = {
  // Longer than a proxy keeps its idle connections (nginx: 60 s), so that it never sends on one that is being closed.
  keepAliveTimeout: 75_000,
  // As in nginx. No page takes a body, so that a request is whole with its headers.
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1_000,
  // Node's own refusal would lack our headers: readRequest checks the host.
  requireHostHeader: false,
}
// Longer than any page takes; it frees what a visitor who stopped reading holds.
const INACTIVE_MS = 30_000
// A connection with half a request takes 9 kB: all together a fifth of the memory that a worker may have (WORKER_MEMORY_MB).
const MAX_CONNECTIONS = 10_000

type WebServerOptions = {
  pages: NextPages
  /** The installation's secret, which may be in the database. */
  readSecret: () => Promise<KeyObject>
  observe: RequestObserver
  /** Called with SQLite's message when a page cannot be made because of the database. */
  onDatabaseFault: (fault: string, requestId: string) => void
  /** Why pages cannot be served at the moment; null when they can. */
  readinessProblem: () => Promise<string | null>
  isDebugging: boolean
}

/** An HTTP server, not listening yet, that answers from Next's standalone build. */
export function createWebServer({ pages, readSecret, observe, onDatabaseFault, readinessProblem, isDebugging }: WebServerOptions): Server {
  const answerPage = createPageAnswerer(pages, readSecret, isDebugging)
  const answerNotFound = createNotFoundAnswerer(pages, readSecret)
  const listener = answerInOrder((request, response) => {
    const exchange = openExchange(request, response, pages)
    observeExchange(exchange, observe)
    response.setHeaders(new Map([...SECURITY_HEADERS, robotsHeader(), ['X-Request-Id', exchange.requestId]]))
    // A server that drains takes no further request on this connection.
    if (!server.listening) response.setHeader('Connection', 'close')
    answer(exchange).catch((error) => answerFault(error, exchange))
  })
  const server = createServer(CONNECTION_OPTIONS, listener)
  // Node would answer these itself, without our headers.
  for (const event of ['checkContinue', 'checkExpectation'] as const) server.on(event, listener)
  server.on('clientError', (error, socket) => endInOrder(socket, () => refuseMalformed(error, socket)))
  server.setTimeout(INACTIVE_MS)
  server.maxConnections = MAX_CONNECTIONS
  return server

  async function answer(exchange: Exchange): Promise<void> {
    const { request, response, path, params, problem } = exchange
    const { method = '', url = '' } = request
    if (!METHODS.includes(method)) return refuseMethod(exchange)
    if (problem !== null) return refuse(exchange, 400, problem)
    if (canonicalUrl(url) !== url) return redirect(response, 308, canonicalUrl(url))
    if (path === HEALTH_PATH) return sendText(response, 200, 'ok\n')
    if (path === READINESS_PATH) return sendReadiness(response, await readinessProblem())
    const route = pages.findRoute(path)
    if ('read' in route) {
      const location = route.redirectTo?.(params) ?? null
      return location === null ? answerPage(route, exchange) : redirect(response, 307, location)
    }
    if ('answer' in route) return answerData(route, exchange)
    return isStaticFile(path) ? answerStaticFile(exchange) : answerNotFound(route, exchange)
  }

  function answerFault(error: unknown, exchange: Exchange): void {
    if (exchange.signal.aborted) return
    const databaseProblem = databaseFault(error)
    const fault = isBusy(error) ? 'busy' : databaseProblem === null ? 'broken' : 'unavailable'
    if (databaseProblem !== null) onDatabaseFault(databaseProblem, exchange.requestId)
    if (fault === 'broken') console.error(error, { requestId: exchange.requestId })
    // Half of an answer must not look like all of it.
    if (exchange.response.headersSent) exchange.response.destroy()
    else sendFault(exchange, fault)
  }
}

function openExchange(request: IncomingMessage, response: ServerResponse, pages: NextPages): Exchange {
  const target = readRequest(request)
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const route = pages.findRoute(target.path)
  return {
    ...target,
    request,
    response,
    requestId: identify(request),
    signal: gone.signal,
    isData: 'answer' in route,
    route: routeName(target.path, route),
    cache: 'none',
    fault: null,
    plans: [],
  }
}

/** What `path` counts as in metrics. */
function routeName(path: string, route: Route): string {
  if ('read' in route || 'answer' in route) return route.name
  if (path === HEALTH_PATH || path === READINESS_PATH) return path
  return path.startsWith('/_next/static/') ? '/_next/static' : 'other'
}

function identify(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  request.headers['x-request-id'] = requestId
  return requestId
}

function refuseMethod(exchange: Exchange): void {
  exchange.response.setHeader('Allow', METHODS.join(', '))
  refuse(exchange, 405, `${readSite().name} is read-only: use GET or HEAD.`)
}

function refuse({ response, isData }: Exchange, status: number, reason: string): void {
  if (isData) sendProblem(response, status, reason)
  else sendText(response, status, `${reason}\n`)
}

function redirect(response: ServerResponse, status: 307 | 308, location: string): void {
  // nginx, too, sends it to all who wait for the response to the same request.
  response.writeHead(status, { Location: location, 'X-Accel-Expires': accelExpires(Date.now()) }).end()
}

function sendReadiness(response: ServerResponse, reason: string | null): void {
  if (reason === null) sendText(response, 200, 'ready\n')
  else sendProblem(response, 503, reason)
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(text)
}

/** Whether `error` is a BusyError. By its name: Next's build has a copy of the class. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && error.name === 'BusyError'
}
