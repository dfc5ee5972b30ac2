import { isReadinessMessage, type WorkerMessage } from './worker-message.ts'

const ANSWER_MS = 5_000

let asked: Promise<string | null> | undefined

/**
 * Asks the master why pages can not be served right now; null when they can. Not looked up here: to close a database drops all locks that
 * its process has on that file, those of the connection that pages are read by included, and others would take its -wal file away:
 * https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
 */
export function askReadiness(): Promise<string | null> {
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
