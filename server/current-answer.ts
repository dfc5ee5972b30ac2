import { AsyncLocalStorage } from 'node:async_hooks'

declare global {
  var rosterCurrentAnswer: AsyncLocalStorage<{ statusCode: number }> | undefined
}

// Next's build carries a copy of this module for the pages, the server loads another one: only a global is the same for both.
globalThis.rosterCurrentAnswer ??= new AsyncLocalStorage()

/** The HTTP answer that the running code is made for; nothing when our server is not around Next. */
export const currentAnswer = globalThis.rosterCurrentAnswer
