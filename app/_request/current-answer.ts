import { AsyncLocalStorage } from 'node:async_hooks'
import type { ServerResponse } from 'node:http'
import type { PageData } from './page-data.ts'

export type CurrentAnswer = {
  /** What the page shows, as far as it is read. */
  pageData: PageData
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal
  /** What the page is written to; null while its data is read. */
  response: ServerResponse | null
}

declare global {
  var rosterCurrentAnswer: AsyncLocalStorage<CurrentAnswer> | undefined
}

// Next's build carries a copy of this module for the pages, the server loads another one: only a global is the same for both.
globalThis.rosterCurrentAnswer ??= new AsyncLocalStorage()

/** The answer that the running code is made for; nothing when our server is not around Next. */
export const currentAnswer = globalThis.rosterCurrentAnswer
