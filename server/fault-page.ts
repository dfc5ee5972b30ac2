import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*)<\/style>/s.exec(TEMPLATE)?.[1] ?? '')
  .digest('base64')

/**
 * Makes a 5xx answer a page that says so, with the `requestId` under which the log has the reason.
 * Next's own is an empty document that only its script fills: nothing to see without JavaScript.
 */
export function answerFaults(response: ServerResponse, requestId: string): void {
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  const flushHeaders = response.flushHeaders.bind(response)
  let isReplaced = false

  function replaceFault(): boolean {
    if (isReplaced || response.headersSent || response.statusCode < 500) return isReplaced
    isReplaced = true
    for (const name of response.getHeaderNames())
      if (/^(content-(encoding|length)|etag|link|vary|x-nextjs-.*)$/.test(name)) response.removeHeader(name)
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

  response.flushHeaders = () => {
    if (!replaceFault()) flushHeaders()
  }
  response.write = (...parameters: unknown[]) => replaceFault() || Reflect.apply(write, response, parameters)
  response.end = (...parameters: unknown[]) => (replaceFault() ? response : Reflect.apply(end, response, parameters))
}
