import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { canonicalUrl } from './canonical-url.ts'
import { currentAnswer } from './current-answer.ts'
import { answerFaults } from './fault-page.ts'
import { STANDALONE } from './paths.ts'
import { contentSecurityPolicy, SECURITY_HEADERS } from './security-headers.ts'

const METHODS = ['GET', 'HEAD']
const REQUEST_ID = /^[\w.-]{1,64}$/

/** An HTTP server, not listening yet, that answers from Next's standalone build. */
export async function createWebServer(): Promise<Server> {
  const answerPage = await loadNext()
  return createServer((request, response) => {
    const requestId = identify(request)
    response.setHeaders(new Map([...SECURITY_HEADERS, ['X-Request-Id', requestId]]))
    if (!METHODS.includes(request.method ?? '')) return refuseMethod(response)
    const url = request.url ?? ''
    if (!url.startsWith('/')) return refuseUrl(response)
    if (canonicalUrl(url) !== url) return redirect(response, canonicalUrl(url))

    const policy = contentSecurityPolicy(randomBytes(16).toString('base64'))
    response.setHeader('Content-Security-Policy', policy)
    // Next reads the nonce of its inline scripts from the request: https://nextjs.org/docs/app/guides/content-security-policy
    request.headers['content-security-policy'] = policy
    answerFaults(request, response, requestId)
    currentAnswer.run(response, () => answerPage(request, response))
  })
}

// What standalone's own server.js does, short of listening: that one can neither refuse a method nor answer a fault without JavaScript.
async function loadNext(): Promise<RequestListener> {
  process.chdir(STANDALONE)
  Object.assign(process.env, { NODE_ENV: 'production' })
  const { config } = JSON.parse(readFileSync(join(STANDALONE, '.next/required-server-files.json'), 'utf8'))
  process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config)
  const next: typeof import('next').default = createRequire(join(STANDALONE, 'server.js'))('next')
  const app = next({ dir: STANDALONE, dev: false, quiet: true })
  await app.prepare()
  return app.getRequestHandler()
}

function identify(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
  request.headers['x-request-id'] = requestId
  return requestId
}

function refuseMethod(response: ServerResponse): void {
  response.writeHead(405, { Allow: METHODS.join(', '), 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('Roster only shows people: use GET or HEAD.\n')
}

function refuseUrl(response: ServerResponse): void {
  response.writeHead(400, { 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('The address must begin with a slash.\n')
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(308, { Location: location })
  response.end()
}
