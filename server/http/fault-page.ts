import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'

/** Why there is no page: it cannot be made, the database cannot be read, or too many people are searching. */
export type Fault = keyof typeof TEXTS

const TEXTS = {
  broken: {
    title: 'Something went wrong on our side',
    text: 'This page cannot be shown. No data was lost: please load it again in a moment.',
  },
  unavailable: {
    title: 'Something went wrong on our side',
    text: 'The directory cannot be read right now. No data was lost: please load this page again in a moment.',
  },
  busy: {
    title: 'Roster is busy',
    text: 'Many people are searching right now, and your search was not run. Please load this page again in a few seconds.',
  },
}

// When a program may try again; null where that is unknown.
const RETRY_SECONDS = { broken: null, unavailable: 5, busy: 2 } as const

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*)<\/style>/s.exec(TEMPLATE)?.[1] ?? '')
  .digest('base64')

const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

type FailedExchange = { response: ServerResponse; requestId: string; fault: Fault | null }

/** Answers with a page, without scripts, that explains `fault` to the visitor. Next's own would be empty until its script runs. */
export function sendFault(exchange: FailedExchange, fault: Fault): void {
  exchange.fault = fault
  const { title, text } = TEXTS[fault]
  const retrySeconds = RETRY_SECONDS[fault]
  exchange.response.writeHead(retrySeconds === null ? 500 : 503, {
    ...(retrySeconds !== null && { 'Retry-After': retrySeconds }),
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
  })
  exchange.response.end(TEMPLATE.replaceAll('{{title}}', title).replace('{{text}}', text).replace('{{requestId}}', exchange.requestId))
}
