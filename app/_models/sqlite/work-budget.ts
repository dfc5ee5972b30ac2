import { setImmediate } from 'node:timers/promises'
import type { ListLimits } from './search/limits.ts'

const QUICK_MICROSECONDS = 4_000

// A turn of the event loop takes 0.01 ms when it has nothing to do, and a request about 0.5 ms.
const IDLE_TURN_MS = 0.2

// Of this process: statements of searches run one after the other (app/_request/work-queue.ts).
let lastStatementMs = 0

/**
 * The processor time left for one page's statements of unknown cost, and the limits on what one of them may read.
 * All statements that may take long go through it: other requests get their turn before each.
 */
export class WorkBudget {
  readonly limits: ListLimits
  readonly #signal: AbortSignal
  #microsecondsLeft: number

  /** @param signal is aborted when nobody waits for the page any more. */
  constructor(limits: ListLimits, signal: AbortSignal) {
    this.limits = limits
    this.#signal = signal
    this.#microsecondsLeft = limits.maxCpuMs * 1_000
  }

  get isSpent(): boolean {
    return this.#microsecondsLeft <= 0
  }

  /**
   * Runs `work`, one statement, after other requests had as long as the last statement took: SQLite blocks the process meanwhile.
   * @throws the reason of the signal when it is aborted.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await letOthersRun(lastStatementMs)
    this.#signal.throwIfAborted()
    const start = performance.now()
    try {
      return await work()
    } finally {
      lastStatementMs = performance.now() - start
    }
  }

  /** As `run`, and takes the processor time from the budget. When the statement `isQuick`, the next may read twice as much. */
  async spend<Result>(work: () => Promise<Result>): Promise<{ result: Result; isQuick: boolean }> {
    return this.run(async () => {
      // Processor time, as a busy machine stretches the clock's. No other search runs meanwhile.
      const before = process.threadCpuUsage()
      const result = await work()
      const { user, system } = process.threadCpuUsage(before)
      this.#microsecondsLeft -= user + system
      return { result, isQuick: user + system < QUICK_MICROSECONDS }
    })
  }
}

/** Gives the event loop turns until it has nothing else to do, or for `milliseconds`: each turn accepts only one connection. */
async function letOthersRun(milliseconds: number): Promise<void> {
  const start = performance.now()
  for (let now = start, last = -Infinity; now - last > IDLE_TURN_MS && now - start <= milliseconds; now = performance.now()) {
    last = now
    await setImmediate()
  }
}
