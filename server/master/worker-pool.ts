import { setUpWorkers } from './worker-handle.ts'
import { WorkerSlot, type WorkerSlotOptions } from './worker-slot.ts'

type WorkerPoolOptions = Omit<WorkerSlotOptions, 'onChange'> & {
  /** The path of a worker's script; see `setUpWorkers`. */
  script: string
  size: number
}

const CHECK_EVERY_MS = 1_000

/** Keeps `size` workers serving: starts, restarts and stops them together. What happens to each one is the matter of its WorkerSlot. */
export class WorkerPool {
  readonly #slots: WorkerSlot[]
  #isStopping = false
  /** Resolved, and made anew, whenever a worker is ready or none can be expected any more. */
  #change = Promise.withResolvers<void>()

  constructor({ script, size, ...options }: WorkerPoolOptions) {
    setUpWorkers(script)
    const slotOptions: WorkerSlotOptions = {
      ...options,
      readinessProblem: async () => this.#failingWorkers() ?? options.readinessProblem(),
      onChange: () => this.#signalChange(),
    }
    this.#slots = Array.from({ length: size }, (_, index) => new WorkerSlot(index + 1, slotOptions))
  }

  /** How many workers serve. */
  get readyWorkers(): number {
    return this.#slots.filter(({ isReady }) => isReady).length
  }

  /**
   * Starts all workers: one first, which is quicker alone, then the others. While the first one loads, `prepare` prepares everything that
   * workers need to serve.
   * @throws OperatorError when one reports that it cannot serve, or what `prepare` throws.
   */
  async start(prepare: () => Promise<void>): Promise<void> {
    const [first, ...others] = this.#slots
    try {
      await first?.start(Promise.resolve().then(prepare))
      await Promise.all(others.map((slot) => slot.start()))
    } catch (error) {
      // No failure: `stop` made a worker exit that was starting. Its caller goes on from there.
      if (this.#isStopping) await new Promise(() => {})
      throw error
    }
    this.#watchHeartbeats()
  }

  /** Replaces one worker after the other; each old one serves until its successor does. Returns false at the first that cannot start. */
  async restart(): Promise<boolean> {
    for (const slot of this.#slots) if (!(await slot.replace('restart'))) return false
    return true
  }

  /** Has all workers finish the requests in flight, and waits until they have exited. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#signalChange()
    await Promise.all(this.#slots.map((slot) => slot.stop()))
  }

  /** Waits until a worker serves, and returns its number; null when none can be expected soon. */
  async whenReady(): Promise<number | null> {
    for (;;) {
      const slot = this.#slots.find(({ isReady }) => isReady)
      if (slot) return slot.number
      if (this.#isStopping || this.#slots.every(({ isBackingOff }) => isBackingOff)) return null
      await this.#change.promise
    }
  }

  #watchHeartbeats(): void {
    let lastCheck = performance.now()
    setInterval(() => {
      const now = performance.now()
      // While this process paused, as on a suspended machine, it received nothing.
      const hasPaused = now - lastCheck > 2 * CHECK_EVERY_MS
      lastCheck = now
      for (const slot of this.#slots) slot.checkHeartbeats(hasPaused)
    }, CHECK_EVERY_MS).unref()
  }

  #failingWorkers(): string | null {
    const failing = this.#slots.find(({ isFailing }) => isFailing)
    return failing ? `worker ${failing.number} keeps exiting; see the log for the reason` : null
  }

  #signalChange(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }
}
