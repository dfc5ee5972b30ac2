import { BusyError } from '../../_request/work-queue.ts'
import { DatabaseUnavailableError } from './faults.ts'

// As long as a search waits with SQLite.
const MAX_WAIT_MS = 800

/**
 * Lets a limited number of works run at once, the others first come, first served. When PostgreSQL hangs, so do all that run, and nothing
 * waits for them: those that come are refused at once.
 */
export class Turns {
  readonly #places: number
  readonly #waiting: (() => void)[] = []
  #running = 0
  /** When the last work has ended well, or the first one began. */
  #answeredAt = 0

  constructor(places: number) {
    this.#places = places
  }

  /**
   * Waits for a place. The function that it returns must be called once with whether PostgreSQL has answered: it gives the place to the next.
   * @throws BusyError when that takes too long, or DatabaseUnavailableError when PostgreSQL answers none of those that run.
   */
  async take(): Promise<(hasAnswered: boolean) => void> {
    if (this.#running === 0) this.#answeredAt = performance.now()
    if (this.#running < this.#places) this.#running += 1
    else await this.#wait()
    return (hasAnswered) => {
      if (hasAnswered) this.#answeredAt = performance.now()
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }

  async #wait(): Promise<void> {
    const since = performance.now()
    if (since - this.#answeredAt >= MAX_WAIT_MS) throw noAnswer()
    return new Promise((resolve, reject) => {
      const start = () => {
        clearTimeout(timeout)
        resolve()
      }
      const timeout = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1)
        reject(this.#answeredAt > since ? new BusyError() : noAnswer())
      }, MAX_WAIT_MS)
      this.#waiting.push(start)
    })
  }
}

function noAnswer(): DatabaseUnavailableError {
  return new DatabaseUnavailableError('unavailable', 'the server does not answer')
}
