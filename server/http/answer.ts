import type { ServerResponse } from 'node:http'
import type { Fault } from './fault-page.ts'

/** How a page was answered: validated is a 304 that nothing was rendered for. */
export type CacheState = 'validated' | 'rendered' | 'none'

/** The answer to one request. */
export type Answer = {
  response: ServerResponse
  requestId: string
  /** Aborted when the visitor has gone before the answer. */
  signal: AbortSignal
  cache: CacheState
  /** Why the visitor gets no page; null when there is one. */
  fault: Fault | null
}
