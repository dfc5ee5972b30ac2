import { readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { readSite } from '../../app/_site/site.ts'
import { brandPage } from './brand-page.ts'
import { sourceHash } from './security-headers.ts'
import { sendProblem } from './send-problem.ts'

/** Why there is no page or data: it cannot be made, the database cannot be read, or too many lists are being read. */
export type Fault = keyof typeof TEXTS

const TEXTS = {
  broken: {
    title: 'Something went wrong on our side',
    text: 'This page cannot be shown. No data was lost: please load it again in a moment.',
    detail: 'The data cannot be made. Try again in a moment.',
  },
  unavailable: {
    title: 'Something went wrong on our side',
    text: 'The directory cannot be read right now. No data was lost: please load this page again in a moment.',
    detail: 'The directory cannot be read right now. Try again in a few seconds.',
  },
  busy: {
    title: 'Roster is busy',
    text: 'Many people are searching right now, and your search was not run. Please load this page again in a few seconds.',
    detail: 'Too many lists are being read right now. Try again in a few seconds.',
  },
}

// When a program may try again; null where that is unknown.
const RETRY_SECONDS = { broken: null, unavailable: 5, busy: 2 } as const

const TEMPLATE = readFileSync(new URL('fault-page.html', import.meta.url), 'utf8')
type FailedExchange = { response: ServerResponse; requestId: string; isData: boolean; fault: Fault | null }

/**
 * Answers with a page, without scripts, that explains `fault` to the visitor, and to a program with JSON. Next's own page would be empty
 * until its script runs.
 */
export function sendFault(exchange: FailedExchange, fault: Fault): void {
  exchange.fault = fault
  const { title, text, detail } = TEXTS[fault]
  const retrySeconds = RETRY_SECONDS[fault]
  const status = retrySeconds === null ? 500 : 503
  const headers = retrySeconds !== null && { 'Retry-After': String(retrySeconds) }
  if (exchange.isData) {
    sendProblem(exchange.response, status, detail, { ...headers })
    return
  }
  const page = brandPage(TEMPLATE.replaceAll('{{title}}', title).replace('{{text}}', text), readSite())
  exchange.response.writeHead(status, {
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policyOf(page),
  })
  exchange.response.end(page.replace('{{requestId}}', exchange.requestId))
}

function policyOf(page: string): string {
  const style = /<style>(.*)<\/style>/s.exec(page)?.[1] ?? ''
  return `default-src 'none'; style-src '${sourceHash(style)}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
}
