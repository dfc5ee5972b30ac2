import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzip } from 'node:zlib'

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*)<\/style>/s.exec(TEMPLATE)?.[1] ?? '')
  .digest('base64')

// What is text; pictures are compressed as they are.
const COMPRESSIBLE_TYPE = /^(text\/|application\/(javascript|json|manifest\+json)|image\/svg\+xml)/
const COMPRESSIBLE_BYTES = 1_024
const ACCEPTS_GZIP = /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))/i

/**
 * Holds what is written to `response` back until the answer is whole, and sends it in one piece, compressed where that is worth it and
 * the client can unpack it: a worker that dies before has sent nothing, so that a proxy can ask another one.
 * A 5xx becomes a page that says so, with the `requestId` under which the log has the reason. Next's own is an empty document that only
 * its script fills: nothing to see without JavaScript.
 */
export function sendWhole({ method, headers }: IncomingMessage, response: ServerResponse, requestId: string): void {
  const acceptsGzip = method !== 'HEAD' && ACCEPTS_GZIP.test(String(headers['accept-encoding'] ?? ''))
  const end = response.end.bind(response)
  const chunks: Buffer[] = []
  let isReplaced = false

  function replaceFault(): boolean {
    if (isReplaced || response.headersSent || response.statusCode < 500) return isReplaced
    isReplaced = true
    for (const name of response.getHeaderNames())
      if (/^(content-(encoding|length)|etag|link|vary|x-accel-expires|x-nextjs-.*)$/.test(name)) response.removeHeader(name)
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    response.setHeader('Cache-Control', 'no-store')
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    end(TEMPLATE.replace('{{requestId}}', requestId))
    return true
  }

  function keep([chunk, encoding]: unknown[]): void {
    if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    else if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'))
  }

  response.flushHeaders = () => {
    replaceFault()
  }
  response.write = (...parameters: unknown[]) => {
    if (!replaceFault()) keep(parameters)
    const done = parameters.find((parameter) => typeof parameter === 'function')
    if (done) process.nextTick(done)
    return true
  }
  response.end = (...parameters: unknown[]) => {
    if (replaceFault()) return response
    keep(parameters)
    const done = parameters.find((parameter) => typeof parameter === 'function')
    if (done) response.once('finish', () => done())
    send(Buffer.concat(chunks))
    return response
  }

  function send(body: Buffer): void {
    if (response.headersSent || !COMPRESSIBLE_TYPE.test(String(response.getHeader('Content-Type')))) {
      end(body)
      return
    }
    response.setHeader('Vary', [response.getHeader('Vary') ?? [], 'accept-encoding'].flat().join(', '))
    if (!acceptsGzip || body.length < COMPRESSIBLE_BYTES || response.statusCode === 206) {
      end(body)
      return
    }
    gzip(body, (error, compressed) => {
      if (!error) {
        response.setHeader('Content-Encoding', 'gzip')
        response.setHeader('Content-Length', compressed.length)
      }
      end(error ? body : compressed)
    })
  }
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
