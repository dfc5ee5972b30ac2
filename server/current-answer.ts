import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import type { PageData } from '../app/page-data.ts'
import type { CacheState } from './request-observer.ts'

export type CurrentAnswer = {
  response: ServerResponse
  requestId: string
  pageData: PageData
  cache: CacheState
}

declare global {
  var rosterCurrentAnswer: AsyncLocalStorage<CurrentAnswer> | undefined
}

// Next's build carries a copy of this module for the pages, the server loads another one: only a global is the same for both.
globalThis.rosterCurrentAnswer ??= new AsyncLocalStorage()

/** The HTTP answer that the running code is made for; nothing when our server is not around Next. */
export const currentAnswer = globalThis.rosterCurrentAnswer
