/** Too many works are waiting: try again in a moment. */
export class BusyError extends Error {
  override readonly name = 'BusyError'

  constructor() {
    super('Too many searches are waiting')
  }
}

type Waiting = { start: () => void; refuse: (reason: unknown) => void }

// A page waits at most twice, for its search and its rendering, and should arrive within two seconds.
const MAX_WAIT_MS = 800

/**
 * Runs the long works of one process one after the other, first come, first served: side by side, all of them would end as late as the
 * last one. A work that would wait too long, by the time that works take, is refused at once.
 */
export class WorkQueue {
  readonly #waiting: Waiting[] = []
  /** The time that a work takes: a moving average, in which the weight of each work halves with the next. */
  #paceMs: number | null = null
  #runningSince: number | null = null
  #nextRefusal: NodeJS.Timeout | undefined

  /**
   * Runs `work` when it is its turn.
   * @param signal is aborted when its result is no longer wanted.
   * @throws BusyError when too many are waiting, or the reason of `signal`.
   */
  async run<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    if (this.#runningSince !== null) await this.#wait(signal)
    const began = performance.now()
    this.#runningSince = began
    try {
      return await work()
    } finally {
      const now = performance.now()
      this.#paceMs = this.#average(now - began)
      const next = this.#waiting.shift()
      // It counts as running from now on, although it starts later: no other work may start before it.
      this.#runningSince = next ? now : null
      next?.start()
      this.#refuseLatest()
    }
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((start, refuse) => {
      const waiting = { start, refuse }
      this.#waiting.push(waiting)
      this.#refuseLatest()
      signal.addEventListener('abort', () => {
        const place = this.#waiting.indexOf(waiting)
        if (place < 0) return
        this.#waiting.splice(place, 1)
        refuse(signal.reason)
      })
    })
  }

  /** Refuses the latest works that would wait too long, now and whenever the running work takes longer than estimated. */
  #refuseLatest(): void {
    while (this.#isTooLong(this.#waiting.length)) this.#waiting.pop()?.refuse(new BusyError())
    clearTimeout(this.#nextRefusal)
    if (this.#runningSince === null || this.#waiting.length === 0) return
    // The running work counts for half of the average, and for all of it while it is the first.
    const dueMs = this.#paceMs === null ? MAX_WAIT_MS / this.#waiting.length : (2 * MAX_WAIT_MS) / this.#waiting.length - this.#paceMs
    this.#nextRefusal = setTimeout(() => this.#refuseLatest(), Math.max(1, this.#runningSince + dueMs - performance.now()))
  }

  #isTooLong(waiting: number): boolean {
    const runningMs = this.#runningSince === null ? 0 : performance.now() - this.#runningSince
    return waiting * Math.max(this.#paceMs ?? 0, this.#average(runningMs)) > MAX_WAIT_MS
  }

  #average(lastMs: number): number {
    return this.#paceMs === null ? lastMs : (this.#paceMs + lastMs) / 2
  }
}
