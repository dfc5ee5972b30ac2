import type { IncomingMessage } from 'node:http'
import type { Answer, CacheState } from './answer.ts'
import type { Fault } from './fault-page.ts'

export type ObservedRequest = {
  requestId: string
  method: string
  /** The address, as it was asked for. */
  url: string
  /** The pattern of the address: there are only few of them. */
  route: string
  status: number
  /** Of the answer on the wire, with its headers. */
  bytes: number
  milliseconds: number
  cache: CacheState
  /** Why there was no page. */
  fault: Fault | null
  /** Whether the whole answer was sent. */
  isComplete: boolean
}

export type RequestObserver = (request: ObservedRequest) => void

/** Calls `observe` once the answer to `request` is sent, or can not be any more. */
export function observeRequest(request: IncomingMessage, answer: Answer, observe: RequestObserver): void {
  const began = performance.now()
  const { method = '', url = '', socket } = request
  const bytesBefore = socket.bytesWritten
  answer.response.once('close', () => {
    observe({
      requestId: answer.requestId,
      method,
      url,
      route: routeOf(url),
      status: answer.response.statusCode,
      bytes: socket.bytesWritten - bytesBefore,
      milliseconds: Math.round((performance.now() - began) * 10) / 10,
      cache: answer.cache,
      fault: answer.fault,
      isComplete: answer.response.writableFinished,
    })
  })
}

function routeOf(url: string): string {
  const path = url.split('?')[0] ?? ''
  if (['/', '/users', '/healthz', '/readyz'].includes(path)) return path
  if (/^\/user\/profile\/[^/]+$/.test(path)) return '/user/profile/[id]'
  return path.startsWith('/_next/static/') ? '/_next/static' : 'other'
}
