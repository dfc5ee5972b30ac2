/** Too many are waiting: ask again in a moment. */
export class BusyError extends Error {
  override readonly name = 'BusyError'

  constructor() {
    super('Too many are waiting')
  }
}

type Waiting = { start: () => void; refuse: (reason: unknown) => void }

// A page may wait for its search and for its rendering, and is to be there within two seconds.
const MAX_WAIT_MS = 800

/**
 * Lets long works of one process run one after the other, first come, first served: side by side, all of them would end as late as the
 * last one. What would have to wait too long, as long as those before it take, is refused at once.
 */
export class WorkQueue {
  readonly #waiting: Waiting[] = []
  /** How long a work takes: the average of those so far, the weight of each of which halves with the next one. */
  #paceMs: number | null = null
  #runningSince: number | null = null
  #nextRefusal: NodeJS.Timeout | undefined

  /**
   * Does `work` when it is its turn.
   * @throws BusyError when too many are waiting, or the reason of `signal` when nobody waits for this one any more.
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
      // It is running from now on, although it goes on later: nobody may slip in before it.
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

  /** Refuses those who came last and would wait too long, now and as soon as the running work has taken longer than it seemed to. */
  #refuseLatest(): void {
    while (this.#isTooLong(this.#waiting.length)) this.#waiting.pop()?.refuse(new BusyError())
    clearTimeout(this.#nextRefusal)
    if (this.#runningSince === null || this.#waiting.length === 0) return
    // The time that the running one has taken is half of the average, and all of it while there is no other.
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
