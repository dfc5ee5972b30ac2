import type { ListLimits } from './list-limits.ts'

const QUICK_MICROSECONDS = 4_000

let lastWork: Promise<unknown> = Promise.resolve()

/** The processor time that is left for one page's statements whose cost nobody can foretell, and how much one of them may read. */
export class WorkBudget {
  readonly limits: ListLimits
  #microseconds: number

  constructor(limits: ListLimits) {
    this.limits = limits
    this.#microseconds = limits.milliseconds * 1_000
  }

  get isSpent(): boolean {
    return this.#microseconds <= 0
  }

  /** Does `work` and takes what it costs from the budget. When it `isQuick`, the next may be twice as much. */
  async spend<Result>(work: () => Promise<Result>): Promise<{ result: Result; isQuick: boolean }> {
    // One after the other, as SQLite would have it anyway: the time is that of this work then. Not the clock's, which a busy machine stretches.
    const spent = lastWork.then(async () => {
      const before = process.threadCpuUsage()
      const result = await work()
      const { user, system } = process.threadCpuUsage(before)
      this.#microseconds -= user + system
      return { result, isQuick: user + system < QUICK_MICROSECONDS }
    })
    lastWork = spent.catch(() => undefined)
    return spent
  }
}
