import type { ListLimits } from './list-limits.ts'

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

  /** Does `work` and takes what it costs, which is `milliseconds`, from the budget. */
  async spend<Result>(work: () => Promise<Result>): Promise<{ result: Result; milliseconds: number }> {
    // One after the other, as SQLite would have it anyway: the time is that of this work then. Not the clock's, which a busy machine stretches.
    const spent = lastWork.then(async () => {
      const before = process.threadCpuUsage()
      const result = await work()
      const { user, system } = process.threadCpuUsage(before)
      this.#microseconds -= user + system
      return { result, milliseconds: (user + system) / 1_000 }
    })
    lastWork = spent.catch(() => undefined)
    return spent
  }
}
