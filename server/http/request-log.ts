import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from './fault-page.ts'
import type { RequestTarget } from './read-request.ts'

/** How a page was answered: validated is a 304, and kept is the page that was rendered before. */
export type CacheState = 'validated' | 'kept' | 'rendered' | 'none'

/** One request and its response. */
export type Exchange = RequestTarget & {
  request: IncomingMessage
  response: ServerResponse
  requestId: string
  /** Aborted when the visitor hangs up before the response is sent. */
  signal: AbortSignal
  /** Whether a program asks, which gets errors as JSON. */
  isData: boolean
  /** What the request counts as in metrics: few names, whatever is requested. */
  route: string
  cache: CacheState
  /** Why the visitor gets no page or data; null when there is one. */
  fault: Fault | null
  /** How a search was made (docs/search.md). */
  plans: string[]
}

export type ObservedRequest = Pick<Exchange, 'requestId' | 'route' | 'cache' | 'fault' | 'plans'> & {
  method: string
  /** As it was requested. */
  url: string
  status: number
  /** Sent over the connection, headers included. */
  bytes: number
  milliseconds: number
  /** Whether the whole response was sent. */
  isComplete: boolean
}

export type RequestObserver = (request: ObservedRequest) => void

/** Calls `observe` once the response of `exchange` is sent, or its connection is closed. */
export function observeExchange(exchange: Exchange, observe: RequestObserver): void {
  const startedAt = performance.now()
  const { request, response } = exchange
  const { method = '', url = '', socket } = request
  const bytesBefore = socket.bytesWritten
  response.once('close', () => {
    const { requestId, route, cache, fault, plans } = exchange
    observe({
      requestId,
      method,
      url,
      route,
      status: response.statusCode,
      bytes: socket.bytesWritten - bytesBefore,
      milliseconds: Math.round((performance.now() - startedAt) * 10) / 10,
      cache,
      fault,
      plans,
      isComplete: response.writableFinished,
    })
  })
}
