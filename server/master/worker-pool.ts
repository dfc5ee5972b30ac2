import cluster, { type Address, type Worker } from 'node:cluster'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { errorMessage, OperatorError } from '../errors.ts'
import { type AliveMessage, DRAIN, isWorkerMessage, type ReadinessMessage, SERVE } from './messages.ts'

export type WorkerPoolOptions = {
  /** The script of a worker. Its path is followed anew for each worker, so that a symbolic link may lead to a newer build. */
  script: string
  size: number
  memoryBytes: number
  log: Logger
  /** Called each time before a worker is told that it may open the database; when it throws, that worker does not start. */
  beforeOpen: () => void
  /** Why pages can not be served right now; null when they can. */
  findUnreadiness: () => string | null
  /** Called when nobody can read any more what the workers log. */
  onOutputGone: () => void
  onListening: (address: Address) => void
  onRestart: (reason: string) => void
}

type Slot = {
  number: number
  worker: Worker | null
  servesSince: number
  soonDeaths: number
  /** Whether it waits longer than visitors do before it starts the next one. */
  isResting: boolean
  /** Settled when no worker is starting for this place any more. */
  filled: Promise<unknown>
  /** Whether another worker is on its way to take the place of `worker`. */
  isReplaced: boolean
  /** Settled when nobody replaces `worker` any more. */
  replaced: Promise<unknown>
}

// A page leaves much garbage. With V8's own growth of the heap a worker collected all of it five times a second: letting it grow to three
// times what is in use takes a quarter off the processor time of a page, for 100 MB more. The limit keeps a leak from growing for long.
const V8_OPTIONS = ['--max-old-space-size=256', '--max-semi-space-size=16', '--heap-growing-percent=300']

const CHECK_EVERY_MS = 1_000
const HUNG_AFTER_MS = 10_000
const START_MS = 60_000
// A worker gives itself 10 s.
const DRAIN_MS = 12_000

// A worker that dies so soon after it began to serve may never do better: after a few attempts each waits twice as long.
const SOON_MS = 2_000
const QUICK_RESTARTS = 3
const FIRST_BACKOFF_MS = 1_000
const LONGEST_BACKOFF_MS = 30_000
// Whoever kills workers (an operator, the kernel when memory is short) says nothing about the next one.
const KILLED_BACKOFF_MS = 1_000

/** Keeps `size` workers serving: one that dies, hangs or grows too large is replaced. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #slots: Slot[]
  readonly #lastAlive = new Map<Worker, number>()
  #isStopping = false
  /** Resolved, and made anew, whenever a worker serves or none can be expected any more. */
  #change = Promise.withResolvers<void>()

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#slots = Array.from({ length: options.size }, (_, index) => ({
      number: index + 1,
      worker: null,
      servesSince: 0,
      soonDeaths: 0,
      isResting: false,
      filled: Promise.resolve(),
      isReplaced: false,
      replaced: Promise.resolve(),
    }))
    // Each worker accepts connections itself: handing each one over from here would be a detour for every request.
    cluster.schedulingPolicy = cluster.SCHED_NONE
    cluster.setupPrimary({ exec: options.script, execArgv: V8_OPTIONS })
    cluster.on('listening', (_, address) => options.onListening(address))
  }

  get serving(): number {
    return this.#slots.filter(({ worker }) => worker !== null).length
  }

  /** Waits until a worker serves, and returns its number; null when none will soon. */
  async whenServing(): Promise<number | null> {
    for (;;) {
      const slot = this.#slots.find(({ worker }) => worker !== null)
      if (slot) return slot.number
      if (this.#isStopping || this.#slots.every(({ isResting }) => isResting)) return null
      await this.#change.promise
    }
  }

  /**
   * Starts all workers: first one, which is quicker alone, then the others. While that one loads, `prepare` makes everything ready that
   * they need to serve.
   * @throws OperatorError when one says that it can not serve, or whatever `prepare` throws.
   */
  async start(prepare: () => Promise<void>): Promise<void> {
    const [first, ...others] = this.#slots
    try {
      if (first) await this.#fill(first, Promise.resolve().then(prepare))
      await Promise.all(others.map((slot) => this.#fill(slot)))
    } catch (error) {
      // Whoever stops it ends the process: nothing comes after this then.
      if (this.#isStopping) await new Promise(() => {})
      throw error
    }
    this.#watch()
  }

  /** Replaces one worker after the other: the old one serves until the new one does. Ends, with false, at the first that can not start. */
  async restart(): Promise<boolean> {
    for (const slot of this.#slots) if (!this.#isStopping && !(await this.#replace(slot, 'restart'))) return false
    return true
  }

  /** Has all workers finish what is in flight, and waits for their end. */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#changed()
    await Promise.all(Object.values(cluster.workers ?? {}).map((worker) => worker && drain(worker)))
  }

  #findUnreadiness(): string | null {
    const now = performance.now()
    const isFailing = ({ worker, servesSince, soonDeaths }: Slot) =>
      soonDeaths > QUICK_RESTARTS && (worker === null || now - servesSince < SOON_MS)
    const failing = this.#slots.find(isFailing)
    if (failing) return `worker ${failing.number} ends again and again; the log says why`
    try {
      return this.#options.findUnreadiness()
    } catch (error) {
      return errorMessage(error)
    }
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers()
  }

  #fill(slot: Slot, prepared: Promise<void> = Promise.resolve()): Promise<void> {
    const filled = this.#startWorker(slot, prepared)
    slot.filled = filled.catch(() => {})
    return filled
  }

  async #startWorker(slot: Slot, prepared: Promise<void>): Promise<void> {
    const worker = cluster.fork({ ROSTER_WORKER: String(slot.number) })
    worker.on('message', (message) => {
      if (!isWorkerMessage(message)) return
      if (message.kind === 'readiness') tell(worker, { kind: 'readiness', reason: this.#findUnreadiness() })
      if (message.kind === 'output-gone') this.#options.onOutputGone()
    })
    await serve(worker, prepared, this.#options.beforeOpen)
    slot.worker = worker
    slot.servesSince = performance.now()
    this.#changed()
    this.#lastAlive.set(worker, slot.servesSince)
    this.#options.log.info({ slot: slot.number, workerPid: worker.process.pid }, `Worker ${slot.number} serves`)
    worker.on('message', (message) => {
      if (isWorkerMessage(message) && message.kind === 'alive') this.#heard(slot, worker, message)
    })
    worker.once('exit', (status, signal) => {
      this.#lastAlive.delete(worker)
      if (slot.worker !== worker) return
      slot.worker = null
      if (!this.#isStopping && !slot.isReplaced) void this.#refill(slot, `ended with ${signal ?? `status ${status}`}`, signal === 'SIGKILL')
    })
    // It may have ended in between.
    if (worker.isDead()) worker.emit('exit', worker.process.exitCode, worker.process.signalCode)
  }

  async #refill(slot: Slot, how: string, isKilled: boolean, isSoon = performance.now() - slot.servesSince < SOON_MS): Promise<void> {
    slot.soonDeaths = isSoon ? slot.soonDeaths + 1 : 1
    const attempt = slot.soonDeaths - QUICK_RESTARTS
    const longest = isKilled ? KILLED_BACKOFF_MS : LONGEST_BACKOFF_MS
    const delay = attempt <= 0 ? 0 : Math.min(longest, FIRST_BACKOFF_MS * 2 ** (attempt - 1))
    this.#options.log.error({ slot: slot.number, restartInMs: delay }, `Worker ${slot.number} ${how}; another takes its place`)
    this.#options.onRestart('died')
    slot.isResting = delay > KILLED_BACKOFF_MS
    this.#changed()
    await wait(delay)
    slot.isResting = false
    if (this.#isStopping) return
    try {
      await this.#fill(slot)
    } catch (error) {
      if (this.#isStopping) return
      await this.#refill(slot, `could not start (${errorMessage(error)})`, wasKilled(error), true)
    }
  }

  #replace(slot: Slot, reason: string): Promise<boolean> {
    const replaced = slot.replaced.then(() => this.#replaceNow(slot, reason))
    slot.replaced = replaced
    return replaced
  }

  async #replaceNow(slot: Slot, reason: string): Promise<boolean> {
    // A worker that is starting may be of an older build.
    await slot.filled
    const old = slot.worker
    // The next one is of the newest build anyway, or none is wanted any more.
    if (old === null || this.#isStopping) return true
    this.#options.onRestart(reason)
    slot.isReplaced = true
    try {
      await this.#fill(slot)
      slot.isReplaced = false
      await drain(old)
      return true
    } catch (error) {
      slot.isReplaced = false
      if (this.#isStopping) return false
      const why = `its replacement could not start (${errorMessage(error)})`
      if (slot.worker === null) void this.#refill(slot, `ended, and ${why}`, wasKilled(error), true)
      else {
        this.#lastAlive.set(old, performance.now())
        this.#options.log.error({ slot: slot.number }, `Worker ${slot.number} stays: ${why}`)
      }
      return false
    }
  }

  #heard(slot: Slot, worker: Worker, { memoryBytes, hasOldDatabase }: AliveMessage): void {
    if (!this.#lastAlive.has(worker)) return
    this.#lastAlive.set(worker, performance.now())
    const reason = hasOldDatabase ? 'database' : memoryBytes > this.#options.memoryBytes ? 'memory' : null
    if (reason === null || slot.worker !== worker) return
    const what = hasOldDatabase ? 'serves a database file that another one has replaced' : 'has grown too large'
    this.#options.log.warn({ slot: slot.number, memoryBytes }, `Worker ${slot.number} ${what}; another takes its place`)
    // Heard no more: it is being replaced.
    this.#lastAlive.delete(worker)
    void this.#replace(slot, reason)
  }

  #watch(): void {
    let lastCheck = performance.now()
    setInterval(() => {
      const now = performance.now()
      // After a pause of this process (a suspended machine) nobody could be heard.
      const hasPaused = now - lastCheck > 2 * CHECK_EVERY_MS
      lastCheck = now
      for (const [worker, time] of this.#lastAlive) {
        if (hasPaused) this.#lastAlive.set(worker, now)
        else if (now - time > HUNG_AFTER_MS) {
          this.#options.log.error({ pid: worker.process.pid }, `A worker has not been heard of for ${HUNG_AFTER_MS / 1_000} s`)
          this.#lastAlive.delete(worker)
          this.#options.onRestart('hung')
          worker.process.kill('SIGKILL')
        }
      }
    }, CHECK_EVERY_MS).unref()
  }
}

async function serve(worker: Worker, prepared: Promise<void>, beforeOpen: () => void): Promise<void> {
  let timeout: NodeJS.Timeout | undefined
  const serves = new Promise<void>((resolve, reject) => {
    worker.on('message', (message) => {
      if (!isWorkerMessage(message)) return
      if (message.kind === 'ready') resolve()
      if (message.kind === 'failed') reject(new OperatorError(message.reason))
    })
    worker.once('exit', (status, signal) => reject(new Error(`a worker ended with ${signal ?? `status ${status}`}`, { cause: signal })))
  })
  try {
    await Promise.race([prepared, serves])
    timeout = setTimeout(() => worker.process.kill('SIGKILL'), START_MS)
    beforeOpen()
    tell(worker, SERVE)
    await serves
  } catch (error) {
    worker.process.kill('SIGKILL')
    throw error
  } finally {
    clearTimeout(timeout)
  }
}

function wasKilled(error: unknown): boolean {
  return error instanceof Error && error.cause === 'SIGKILL'
}

function tell(worker: Worker, message: string | ReadinessMessage): void {
  // If it has just ended, its exit tells.
  worker.send(message, () => {})
}

async function drain(worker: Worker): Promise<void> {
  if (worker.isDead()) return
  const timeout = setTimeout(() => worker.process.kill('SIGKILL'), DRAIN_MS)
  await new Promise((resolve) => {
    worker.once('exit', resolve)
    if (worker.isConnected()) tell(worker, DRAIN)
    else worker.process.kill('SIGTERM')
  })
  clearTimeout(timeout)
}
