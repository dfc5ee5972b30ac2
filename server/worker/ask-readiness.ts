import { databaseFault } from '../http/database-fault.ts'
import { isMasterMessage, type WorkerMessage } from '../master/messages.ts'
import type { NextPages } from './next-pages.ts'

const TIMEOUT_MS = 5_000

// It needs the people, their order and their number.
const PAGE = '/users'

let pending: Promise<string | null> | undefined

/** Why pages cannot be served right now; null when they can: the master finds no problem, and the data of a page can be read here. */
export async function readinessProblem(pages: NextPages): Promise<string | null> {
  return (await askMaster()) ?? readPage(pages)
}

/**
 * The master's answer, one for all who ask at the same time. The master checks the file, because closing it would drop all locks that this
 * process has on it, those of the connection that pages are read by included; other processes would then remove its -wal file:
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
function askMaster(): Promise<string | null> {
  pending ??= requestReadiness().finally(() => {
    pending = undefined
  })
  return pending
}

function requestReadiness(): Promise<string | null> {
  return new Promise((resolve) => {
    const timeout = setTimeout(() => settle('the master does not answer'), TIMEOUT_MS)
    process.on('message', onMessage)
    process.send?.({ kind: 'readiness' } satisfies WorkerMessage)

    function onMessage(message: unknown): void {
      if (isMasterMessage(message) && typeof message === 'object') settle(message.reason)
    }
    function settle(reason: string | null): void {
      clearTimeout(timeout)
      process.off('message', onMessage)
      resolve(reason)
    }
  })
}

async function readPage(pages: NextPages): Promise<string | null> {
  const route = pages.findRoute(PAGE)
  if (!('read' in route)) throw new Error(`The route ${PAGE} reads nothing`)
  try {
    await pages.read(route, PAGE, {}, { data: {}, signal: AbortSignal.timeout(TIMEOUT_MS), status: 200 })
    return null
  } catch (error) {
    const fault = databaseFault(error)
    return fault && `a worker cannot read the database: ${fault}`
  }
}
