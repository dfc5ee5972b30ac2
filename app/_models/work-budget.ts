import { setImmediate } from 'node:timers/promises'
import type { ListLimits } from './list-limits.ts'

const QUICK_MICROSECONDS = 4_000

/**
 * The processor time that is left for one page's statements whose cost nobody can foretell, and how much one of them may read.
 * All statements of a list that may take long go through it: it gives the event loop a turn before each.
 */
export class WorkBudget {
  readonly limits: ListLimits
  readonly #signal: AbortSignal
  #microseconds: number

  /** @param signal is aborted when nobody waits for the page any more. */
  constructor(limits: ListLimits, signal: AbortSignal) {
    this.limits = limits
    this.#signal = signal
    this.#microseconds = limits.milliseconds * 1_000
  }

  get isSpent(): boolean {
    return this.#microseconds <= 0
  }

  /**
   * Does `work`, one statement, after the event loop has had a turn: SQLite blocks the process, and other visitors wait as long.
   * @throws the reason of the signal when nobody waits for the page any more.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await setImmediate()
    this.#signal.throwIfAborted()
    return work()
  }

  /** As `run`, and takes what the work costs from the budget. When it `isQuick`, the next may be twice as much. */
  async spend<Result>(work: () => Promise<Result>): Promise<{ result: Result; isQuick: boolean }> {
    return this.run(async () => {
      // Not the clock's time, which a busy machine stretches. No other search runs meanwhile (search-queue.ts).
      const before = process.threadCpuUsage()
      const result = await work()
      const { user, system } = process.threadCpuUsage(before)
      this.#microseconds -= user + system
      return { result, isQuick: user + system < QUICK_MICROSECONDS }
    })
  }
}
