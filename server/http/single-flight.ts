type Call<Result> = { result: Promise<Result>; callers: number; controller: AbortController }

/** Lets simultaneous calls with the same key share one run of the work, and aborts it when every caller has gone. */
export class SingleFlight<Result> {
  readonly #running = new Map<string, Call<Result>>()

  /**
   * The result of `work`, or of the work that is running for `key`.
   * @param signal is aborted when this caller has gone; the one that `work` gets, when all have.
   */
  async run(key: string, work: (signal: AbortSignal) => Promise<Result>, signal?: AbortSignal): Promise<Result> {
    signal?.throwIfAborted()
    const call = this.#running.get(key) ?? this.#start(key, work)
    call.callers += 1
    const leave = () => {
      call.callers -= 1
      if (call.callers > 0) return
      this.#forget(key, call)
      call.controller.abort()
    }
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await call.result
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Result>): Call<Result> {
    const controller = new AbortController()
    const call = { result: work(controller.signal), callers: 0, controller }
    const forget = () => this.#forget(key, call)
    call.result.then(forget, forget)
    this.#running.set(key, call)
    return call
  }

  // By then another call may have the key.
  #forget(key: string, call: Call<Result>): void {
    if (this.#running.get(key) === call) this.#running.delete(key)
  }
}
