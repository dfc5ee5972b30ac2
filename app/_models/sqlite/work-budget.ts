import { setImmediate } from 'node:timers/promises'
import type { ListLimits } from './search/limits.ts'

const QUICK_MICROSECONDS = 4_000

// A turn of the event loop takes 0.01 ms when there is nothing to do, and a request some 0.5 ms.
const IDLE_TURN_MS = 0.2

// Of this process: statements of searches run one after the other (turn-queue.ts).
let lastStatementMs = 0

/**
 * The processor time that is left for one page's statements whose cost nobody can foretell, and how much one of them may read.
 * All statements of a list that may take long go through it: others have their turns before each.
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
   * Does `work`, one statement, once others have had as long as the last one took: SQLite blocks the process, and they wait meanwhile.
   * @throws the reason of the signal when nobody waits for the page any more.
   */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    await letOthersRun(lastStatementMs)
    this.#signal.throwIfAborted()
    const began = performance.now()
    try {
      return await work()
    } finally {
      lastStatementMs = performance.now() - began
    }
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

/** Gives the event loop turns until nothing else is to be done, or for `milliseconds`: each turn accepts only one connection. */
async function letOthersRun(milliseconds: number): Promise<void> {
  const began = performance.now()
  for (let now = began, last = -Infinity; now - last > IDLE_TURN_MS && now - began <= milliseconds; now = performance.now()) {
    last = now
    await setImmediate()
  }
}
