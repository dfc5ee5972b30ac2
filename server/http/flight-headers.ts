import type { IncomingHttpHeaders } from 'node:http'
import { VARYING_HEADERS } from './page-cache.ts'

// The kinds of a dynamic segment: node_modules/next/dist/server/app-render/types.js
const SEGMENT_KINDS: unknown[] = ['c', 'ci(..)(..)', 'ci(.)', 'ci(..)', 'ci(...)', 'oc', 'd', 'di(..)(..)', 'di(.)', 'di(..)', 'di(...)']
const MARKERS: unknown[] = ['refetch', 'inside-shared-layout', 'metadata-only']
// Folders of app/ within one another are a handful; thousands would overflow the stack of whoever goes through them.
const MAX_DEPTH = 50

/**
 * Leaves of the headers with which Next's script asks for the data of a page what Next follows: nothing in a request for the page
 * itself. Returns what is wrong with them in words, or null: Next would throw, as if it were a fault of ours.
 */
export function takeFlightHeaders(headers: IncomingHttpHeaders): string | null {
  if (headers.rsc !== '1') {
    for (const name of VARYING_HEADERS) delete headers[name]
    return null
  }
  const state = headers['next-router-state-tree']
  if (state !== undefined && !isRouterState(parse(state))) return 'The header Next-Router-State-Tree is not a router state.'
  if (!/^[123]$/.test(String(headers['next-router-prefetch'] ?? 1))) return 'The header Next-Router-Prefetch is not 1, 2 or 3.'
  for (const name of ['next-router-segment-prefetch', 'next-url'])
    if (!String(headers[name] ?? '/').startsWith('/')) return `The header ${name} does not begin with a slash.`
  return null
}

function parse(state: string | string[]): unknown {
  try {
    return JSON.parse(decodeURIComponent(String(state)))
  } catch {
    return undefined
  }
}

/** Whether `state` is what Next calls a FlightRouterState: its own check is only in the code of pages. */
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
