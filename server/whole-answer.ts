import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*)<\/style>/s.exec(TEMPLATE)?.[1] ?? '')
  .digest('base64')

/**
 * Holds what is written to `response` back until the answer is whole, and sends it in one piece: a worker that dies before has sent
 * nothing, so that a proxy can ask another one.
 * A 5xx becomes a page that says so, with the `requestId` under which the log has the reason. Next's own is an empty document that only
 * its script fills: nothing to see without JavaScript.
 */
export function sendWhole(response: ServerResponse, requestId: string): void {
  const end = response.end.bind(response)
  const chunks: Buffer[] = []
  let isReplaced = false

  function replaceFault(): boolean {
    if (isReplaced || response.headersSent || response.statusCode < 500) return isReplaced
    isReplaced = true
    for (const name of response.getHeaderNames())
      if (/^(content-(encoding|length)|etag|link|vary|x-accel-expires|x-nextjs-.*)$/.test(name)) response.removeHeader(name)
    response.setHeader('Content-Type', 'text/html; charset=utf-8')
    // no-transform also keeps Next's compression away from an answer that does not pass through it.
    response.setHeader('Cache-Control', 'no-store, no-transform')
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
    return chunks.length > 0 ? end(Buffer.concat(chunks)) : end()
  }
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
