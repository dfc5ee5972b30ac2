import { databaseFault } from '../http/database-fault.ts'
import { isReadinessMessage, type WorkerMessage } from '../master/messages.ts'
import type { NextPages } from './next-pages.ts'

const ANSWER_MS = 5_000

// It needs the people, their order and their number.
const PAGE = '/users'

let asked: Promise<string | null> | undefined

/** Why pages can not be served right now; null when they can: the master finds nothing, and a page's data can be read here. */
export async function findUnreadiness(pages: NextPages): Promise<string | null> {
  return (await askReadiness()) ?? readPage(pages)
}

async function readPage(pages: NextPages): Promise<string | null> {
  const route = pages.findRoute(PAGE)
  if (!('read' in route)) throw new Error(`The route ${PAGE} reads nothing`)
  try {
    await pages.read(route, PAGE, {}, { data: {}, signal: AbortSignal.timeout(ANSWER_MS), status: 200 })
    return null
  } catch (error) {
    const fault = databaseFault(error)
    return fault && `a worker cannot read the database: ${fault}`
  }
}

/**
 * Asks the master why pages can not be served right now; null when they can. Not looked up here: to close a database drops all locks that
 * its process has on that file, those of the connection that pages are read by included, and others would take its -wal file away:
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
function askReadiness(): Promise<string | null> {
  asked ??= ask().finally(() => {
    asked = undefined
  })
  return asked
}

function ask(): Promise<string | null> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => settle('the master does not answer'), ANSWER_MS)
    process.on('message', hear)
    const question: WorkerMessage = { kind: 'readiness' }
    process.send?.(question)

    function hear(message: unknown): void {
      if (isReadinessMessage(message)) settle(message.reason)
    }
    function settle(reason: string | null): void {
      clearTimeout(timeout)
      process.off('message', hear)
      resolve(reason)
    }
  })
}
