import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Answer } from './answer.ts'

/** Why there is no page: it cannot be made, the database cannot be read, or too many people are searching. */
export type Fault = keyof typeof TEXTS

const TEXTS = {
  broken: {
    title: 'Something is wrong on our side',
    text: 'This page cannot be shown. No data was lost: please load it again in a moment.',
  },
  unavailable: {
    title: 'Something is wrong on our side',
    text: 'The directory cannot be read just now. No data was lost: please load this page again in a moment.',
  },
  busy: {
    title: 'Roster is busy',
    text: 'Many people are searching right now. Yours was not run: please load this page again in a few seconds.',
  },
}

// When a program may ask again; null where nobody knows.
const RETRY_SECONDS = { broken: null, unavailable: 5, busy: 2 } as const

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
const STYLE_HASH = createHash('sha256')
  .update(/<style>(.*)<\/style>/s.exec(TEMPLATE)?.[1] ?? '')
  .digest('base64')

const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

/** Answers with a page, without scripts, that says what `fault` means for the visitor. Next's own would be empty until its script runs. */
export function sendFault(answer: Answer, fault: Fault): void {
  answer.fault = fault
  const { title, text } = TEXTS[fault]
  const retrySeconds = RETRY_SECONDS[fault]
  // Nothing of the page that it would have been.
  answer.response.removeHeader('X-Accel-Expires')
  answer.response.writeHead(retrySeconds === null ? 500 : 503, {
    ...(retrySeconds !== null && { 'Retry-After': retrySeconds }),
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': POLICY,
  })
  answer.response.end(TEMPLATE.replaceAll('{{title}}', title).replace('{{text}}', text).replace('{{requestId}}', answer.requestId))
}
