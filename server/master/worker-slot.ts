import type { Address } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { errorMessage } from '../errors.ts'
import type { Heartbeat } from './messages.ts'
import { WorkerExit, WorkerHandle } from './worker-handle.ts'

export type RestartReason = 'died' | 'hung' | 'memory' | 'database' | 'restart'

export type WorkerSlotOptions = {
  /** A worker that takes more memory is replaced. */
  maxMemoryBytes: number
  log: Logger
  /** Called before each worker may open the database; when it throws, that worker does not start. */
  beforeOpen: () => void
  /** Why pages cannot be served right now; null when they can. */
  readinessProblem: () => Promise<string | null>
  onListening: (address: Address) => void
  /** Called when nobody can read the workers' log any more. */
  onOutputGone: () => void
  onRestart: (reason: RestartReason) => void
  /** Called when `isReady` or `isBackingOff` may have changed. */
  onChange: () => void
}

type Failure = { description: string; isKilled: boolean; isEarly: boolean }

// A worker that exits this soon after it was ready may never do better: after some quick restarts, each one waits twice as long.
const EARLY_EXIT_MS = 2_000
const QUICK_RESTARTS = 3
const FIRST_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 30_000
// That a worker was killed (by an operator, or by the kernel when memory is short) says nothing about the next one.
const MAX_BACKOFF_AFTER_KILL_MS = 1_000

/** The place of one worker: keeps one serving there, by a restart when it exits and a replacement when it is no longer good. */
export class WorkerSlot {
  readonly number: number
  readonly #options: WorkerSlotOptions
  /** All processes of this slot, those that are starting or stopping included. */
  readonly #processes = new Set<WorkerHandle>()
  /** The one that serves. */
  #worker: WorkerHandle | null = null
  #readySince = 0
  /** The one that is being replaced, until it has exited. */
  #outgoing: WorkerHandle | null = null
  /** Exits in a row, all of them early but perhaps the first. */
  #earlyExits = 0
  #isBackingOff = false
  #isStopping = false
  /** Resolves when no worker is starting. */
  #started: Promise<unknown> = Promise.resolve()
  /** Resolves when no worker is being replaced. */
  #replaced: Promise<unknown> = Promise.resolve()

  constructor(number: number, options: WorkerSlotOptions) {
    this.number = number
    this.#options = options
  }

  get isReady(): boolean {
    return this.#worker !== null
  }

  /** Whether the next worker starts later than visitors can be expected to wait. */
  get isBackingOff(): boolean {
    return this.#isBackingOff
  }

  /** Whether workers exit again and again, and the present one is no better yet. */
  get isFailing(): boolean {
    return this.#earlyExits > QUICK_RESTARTS && (this.#worker === null || performance.now() - this.#readySince < EARLY_EXIT_MS)
  }

  /**
   * Starts a worker, which waits for `prepared` before it opens the database. Resolves when it serves.
   * @throws OperatorError when it reports that it cannot serve, WorkerExit, or what `prepared` throws.
   */
  start(prepared: Promise<void> = Promise.resolve()): Promise<void> {
    const { log, beforeOpen } = this.#options
    const worker = new WorkerHandle(this.number, {
      ...this.#options,
      onHeartbeat: (heartbeat) => this.#onHeartbeat(worker, heartbeat),
    })
    this.#processes.add(worker)
    void worker.exited.then(() => this.#processes.delete(worker))
    const started = worker.start(prepared, beforeOpen).then(() => {
      this.#worker = worker
      this.#readySince = performance.now()
      this.#options.onChange()
      log.info({ slot: this.number, workerPid: worker.pid }, `Worker ${this.number} ready`)
      void worker.exited.then((exit) => this.#onExit(worker, exit))
    })
    this.#started = started.catch(() => {})
    return started
  }

  /**
   * Starts another worker, which takes over when it serves; the old one then finishes the requests in flight.
   * Resolves when that has exited: true, or false when the new one could not start.
   */
  replace(reason: RestartReason): Promise<boolean> {
    const replaced = this.#replaced.then(() => this.#replaceNow(reason))
    this.#replaced = replaced
    return replaced
  }

  /** Has it finish the requests in flight; resolves when all its processes have exited. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await Promise.all([...this.#processes].map((worker) => worker.drain()))
  }

  /** Kills a worker whose event loop stands still. With `hasPaused`, no heartbeat could be received. */
  checkHeartbeats(hasPaused: boolean): void {
    for (const worker of this.#processes) {
      if (hasPaused) worker.excuseSilence()
      else if (worker.isHung) {
        this.#options.log.error({ slot: this.number, workerPid: worker.pid }, `Worker ${this.number} sends no heartbeat; killing it`)
        this.#options.onRestart('hung')
        worker.kill()
      }
    }
  }

  #onHeartbeat(worker: WorkerHandle, { memoryBytes, hasOldDatabase: isDatabaseReplaced }: Heartbeat): void {
    const isTooLarge = memoryBytes > this.#options.maxMemoryBytes
    if (this.#worker !== worker || this.#outgoing !== null || !(isDatabaseReplaced || isTooLarge)) return
    const what = isDatabaseReplaced ? 'has a database file open that was replaced' : 'exceeds WORKER_MEMORY_MB'
    this.#options.log.warn({ slot: this.number, memoryBytes }, `Worker ${this.number} ${what}; replacing it`)
    void this.replace(isDatabaseReplaced ? 'database' : 'memory')
  }

  #onExit(worker: WorkerHandle, { message, isKilled }: WorkerExit): void {
    if (this.#worker !== worker) return
    this.#worker = null
    if (this.#isStopping || this.#outgoing === worker) return
    void this.#restartAfter({ description: message, isKilled, isEarly: performance.now() - this.#readySince < EARLY_EXIT_MS })
  }

  async #restartAfter({ description, isKilled, isEarly }: Failure): Promise<void> {
    this.#earlyExits = isEarly ? this.#earlyExits + 1 : 1
    const delayMs = backoffMs(this.#earlyExits - QUICK_RESTARTS, isKilled)
    this.#options.log.error(
      { slot: this.number, restartInMs: delayMs },
      `Worker ${this.number} ${description}; restarting${delayMs > 0 ? ` in ${delayMs / 1_000} s` : ''}`,
    )
    this.#options.onRestart('died')
    this.#isBackingOff = delayMs > MAX_BACKOFF_AFTER_KILL_MS
    this.#options.onChange()
    await wait(delayMs)
    this.#isBackingOff = false
    if (this.#isStopping) return
    try {
      await this.start()
    } catch (error) {
      if (!this.#isStopping) await this.#restartAfter(startFailure('could not start', error))
    }
  }

  async #replaceNow(reason: RestartReason): Promise<boolean> {
    // A worker that is starting may be of an older build.
    await this.#started
    const old = this.#worker
    // The next worker will be of the newest build anyway, or none is wanted any more.
    if (old === null || this.#isStopping) return true
    this.#options.onRestart(reason)
    this.#outgoing = old
    try {
      await this.start()
      await old.drain()
      return true
    } catch (error) {
      if (this.#isStopping) return false
      if (this.#worker === null) void this.#restartAfter(startFailure('exited, and its replacement could not start', error))
      else
        this.#options.log.error(
          { slot: this.number },
          `Worker ${this.number} serves on: its replacement could not start (${errorMessage(error)})`,
        )
      return false
    } finally {
      this.#outgoing = null
    }
  }
}

function backoffMs(attempt: number, isKilled: boolean): number {
  if (attempt <= 0) return 0
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), isKilled ? MAX_BACKOFF_AFTER_KILL_MS : MAX_BACKOFF_MS)
}

function startFailure(what: string, error: unknown): Failure {
  return { description: `${what} (${errorMessage(error)})`, isKilled: error instanceof WorkerExit && error.isKilled, isEarly: true }
}
