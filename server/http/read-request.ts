import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { type ParsedUrlQuery, parse } from 'node:querystring'
import { VARYING_HEADERS } from './page-cache.ts'

const ABSOLUTE_URL = /^https?:\/\/([^/?#]*)(.*)$/i
// RFC 3986, 3.2.2 and 3.2.3, without empty names: an http URL must have one (RFC 9110, 4.2.1).
const HOST = /^(?:\[([\da-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::(\d{0,5}))?$/i
const MAX_PORT = 65_535
// A fragment never leaves the browser, and no URL may have the others unescaped.
const FORBIDDEN = /[^!-~]|#/

// The kinds of a dynamic segment: node_modules/next/dist/server/app-render/types.js
const SEGMENT_KINDS: unknown[] = ['c', 'ci(..)(..)', 'ci(.)', 'ci(..)', 'ci(...)', 'oc', 'd', 'di(..)(..)', 'di(.)', 'di(..)', 'di(...)']
const MARKERS: unknown[] = ['refetch', 'inside-shared-layout', 'metadata-only']
// Folders of app/ nest a few levels deep; thousands would overflow the stack of the code that walks them.
const MAX_DEPTH = 50

export type RequestTarget = {
  path: string
  params: ParsedUrlQuery
  /** What is wrong with the request, as a sentence; null when it can be answered. */
  problem: string | null
}

/**
 * Checks `request` and parses its URL. Leaves path and query as its URL, the host that it is for as its Host header, and of the headers
 * of Next's router only those that Next follows.
 */
export function readRequest(request: IncomingMessage): RequestTarget {
  const problem = findTargetProblem(request) ?? findRouterHeaderProblem(request.headers)
  const { path, search } = splitUrl(request.url ?? '')
  const params = parse(search.slice(1))
  // Next's router adds it, for caches that ignore Vary.
  delete params._rsc
  return { path, params, problem }
}

/**
 * The canonical URL of `url` (path and query, as in an HTTP request line): no double or trailing slash, no needless escape, no % that
 * escapes nothing. The query stays as it is.
 */
export function canonicalUrl(url: string): string {
  const { path, search } = splitUrl(url)
  const canonicalPath = unescapeUnreserved(path.replaceAll(/%(?![\dA-F]{2})/gi, '%25'))
    // Browsers read a backslash as a slash: left alone, "/\host" would redirect to another site.
    .replaceAll('\\', '%5C')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
  return canonicalPath + search
}

/** The search begins with the first question mark, and may have others. */
function splitUrl(url: string): { path: string; search: string } {
  const searchStart = url.indexOf('?')
  return searchStart === -1 ? { path: url, search: '' } : { path: url.slice(0, searchStart), search: url.slice(searchStart) }
}

// RFC 3986, 2.3: an escaped unreserved character means the same as the character itself.
function unescapeUnreserved(path: string): string {
  return path.replaceAll(/%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/gi, decodeURIComponent)
}

/** Checks the host and the URL. A URL in absolute form, as a proxy's client sends it, brings its own host (RFC 9112, 3.2.2). */
function findTargetProblem(request: IncomingMessage): string | null {
  const [host, secondHost] = request.headersDistinct.host ?? []
  if (secondHost !== undefined) return 'A request must have only one Host header.'
  if (host === undefined && request.httpVersion > '1.0') return 'A request must have a Host header.'
  if (host !== undefined && !isHost(host)) return 'The Host header is not a valid host name.'

  const [, authority, rest = ''] = ABSOLUTE_URL.exec(request.url ?? '') ?? []
  if (authority !== undefined) {
    if (!isHost(authority)) return 'The URL has no valid host name.'
    request.headers.host = authority
    request.url = rest.startsWith('/') ? rest : `/${rest}`
  }
  const { url = '' } = request
  if (!url.startsWith('/')) return 'The URL must begin with a slash.'
  if (FORBIDDEN.test(url)) return 'The URL has characters that must be escaped.'
  return isUtf8(url) ? null : 'The escaped characters of the URL are not valid UTF-8.'
}

function isHost(text: string): boolean {
  const [match, address, port = ''] = HOST.exec(text) ?? []
  return match !== undefined && (address === undefined || isIPv6(address)) && Number(port) <= MAX_PORT
}

function isUtf8(url: string): boolean {
  try {
    // Of the canonical path: a % that escapes nothing is redirected, not refused.
    decodeURIComponent(canonicalUrl(splitUrl(url).path))
    return true
  } catch {
    return false
  }
}

/**
 * Checks the headers by which Next's router requests the data of a page: Next throws on those that it does not understand, as if the
 * fault were ours. A request for the page itself has none.
 */
export function findRouterHeaderProblem(headers: IncomingHttpHeaders): string | null {
  if (headers.rsc !== '1') {
    for (const name of VARYING_HEADERS) delete headers[name]
    return null
  }
  const state = headers['next-router-state-tree']
  if (state !== undefined && !isRouterState(parseState(state))) return 'The header Next-Router-State-Tree is not a router state.'
  if (!/^[123]$/.test(String(headers['next-router-prefetch'] ?? 1))) return 'The header Next-Router-Prefetch is not 1, 2 or 3.'
  for (const name of ['next-router-segment-prefetch', 'next-url'])
    if (!String(headers[name] ?? '/').startsWith('/')) return `The header ${name} does not begin with a slash.`
  return null
}

function parseState(state: string | string[]): unknown {
  try {
    return JSON.parse(decodeURIComponent(String(state)))
  } catch {
    return undefined
  }
}

/** Whether `state` is what Next calls a FlightRouterState: its own check exists only inside the code of pages. */
function isRouterState(state: unknown, depth = 1): boolean {
  if (!Array.isArray(state) || state.length < 2 || state.length > 6 || depth > MAX_DEPTH) return false
  const [segment, children, refresh, marker, hints, search]: unknown[] = state
  return (
    isSegment(segment) &&
    isObject(children) &&
    Object.values(children).every((child) => isRouterState(child, depth + 1)) &&
    (refresh === undefined || refresh === null || (isTextList(refresh) && refresh.length === 2)) &&
    (marker === undefined || marker === null || MARKERS.includes(marker)) &&
    (hints === undefined || hints === null || typeof hints === 'number') &&
    (search === undefined || typeof search === 'string')
  )
}

/** A name, or the name, value and kind of a dynamic segment with its static siblings. */
function isSegment(segment: unknown): boolean {
  if (typeof segment === 'string') return true
  if (!Array.isArray(segment) || segment.length !== 4) return false
  const [name, value, kind, siblings]: unknown[] = segment
  return (
    typeof name === 'string' && typeof value === 'string' && SEGMENT_KINDS.includes(kind) && (siblings === null || isTextList(siblings))
  )
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
