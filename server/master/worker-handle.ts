import cluster, { type Address, type Worker } from 'node:cluster'
import { OperatorError } from '../errors.ts'
import { type Heartbeat, isWorkerMessage, type MasterMessage, type WorkerMessage } from './messages.ts'

type State = 'starting' | 'ready' | 'stopping' | 'exited'

type WorkerHandleOptions = {
  onListening: (address: Address) => void
  onHeartbeat: (heartbeat: Heartbeat) => void
  onOutputGone: () => void
  /** Why pages cannot be served right now; null when they can. */
  readinessProblem: () => Promise<string | null>
}

// A page leaves much garbage. With V8's own growth of the heap a worker collected all of it five times a second: letting it grow to three
// times what is in use takes a quarter off the processor time of a page, for 100 MB more. The limit keeps a leak from growing for long.
const V8_OPTIONS = ['--max-old-space-size=256', '--max-semi-space-size=16', '--heap-growing-percent=300']

const START_TIMEOUT_MS = 60_000
// A worker gives itself 10 s.
const DRAIN_TIMEOUT_MS = 12_000
const HEARTBEAT_TIMEOUT_MS = 10_000

/** Has workers run `script` from now on. Its path is resolved for each worker anew, so that a symbolic link may lead to a newer build. */
export function setUpWorkers(script: string): void {
  // Each worker accepts connections itself: handing each one over from the master would be a detour for every request.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  cluster.setupPrimary({ exec: script, execArgv: V8_OPTIONS })
}

/** How a worker exited; thrown where it should have become ready. */
export class WorkerExit extends Error {
  /** Killed by the system or an operator, or for a timeout here: that says nothing about the next worker. */
  readonly isKilled: boolean

  constructor(status: number | null, signal: string | null) {
    super(signal === null ? `exited with status ${status}` : `killed by ${signal}`)
    this.isKilled = signal === 'SIGKILL'
  }
}

/** One worker process: starting, then ready, then stopping, then exited; any state may be skipped. */
export class WorkerHandle {
  /** Resolves when the process has exited. */
  readonly exited: Promise<WorkerExit>
  readonly #worker: Worker
  readonly #options: WorkerHandleOptions
  readonly #ready = Promise.withResolvers<void>()
  #state: State = 'starting'
  #heartbeatAt = 0

  /** Starts a process. To be followed by `start`. */
  constructor(number: number, options: WorkerHandleOptions) {
    this.#options = options
    this.#worker = cluster.fork({ ROSTER_WORKER: String(number) })
    this.#worker.on('listening', options.onListening)
    this.#worker.on('message', (message: unknown) => {
      if (isWorkerMessage(message)) this.#receive(message)
    })
    this.exited = new Promise((resolve) => {
      this.#worker.once('exit', (status: number | null, signal: string | null) => {
        this.#state = 'exited'
        resolve(new WorkerExit(status, signal))
      })
    })
    void this.exited.then(this.#ready.reject)
  }

  get pid(): number | undefined {
    return this.#worker.process.pid
  }

  /**
   * Waits until the worker is ready. It opens the database only after `prepared` is resolved and `beforeOpen` has returned.
   * @throws OperatorError when the worker reports that it cannot serve, WorkerExit, or what `prepared` and `beforeOpen` throw; the process
   * is killed then.
   */
  async start(prepared: Promise<void>, beforeOpen: () => void): Promise<void> {
    let timeout: NodeJS.Timeout | undefined
    try {
      await Promise.race([prepared, this.#ready.promise])
      timeout = setTimeout(() => this.kill(), START_TIMEOUT_MS)
      beforeOpen()
      this.#send('serve')
      await this.#ready.promise
    } catch (error) {
      this.kill()
      throw error
    } finally {
      clearTimeout(timeout)
    }
  }

  /** Has it finish the requests in flight; resolves when it has exited. */
  async drain(): Promise<void> {
    if (this.#state === 'exited') return
    this.#state = 'stopping'
    const timeout = setTimeout(() => this.kill(), DRAIN_TIMEOUT_MS)
    if (this.#worker.isConnected()) this.#send('drain')
    else this.#worker.process.kill('SIGTERM')
    await this.exited
    clearTimeout(timeout)
  }

  kill(): void {
    if (this.#state === 'exited') return
    this.#state = 'stopping'
    this.#worker.process.kill('SIGKILL')
  }

  /** Whether it was ready, but has sent no heartbeat for too long. */
  get isHung(): boolean {
    return this.#state === 'ready' && performance.now() - this.#heartbeatAt > HEARTBEAT_TIMEOUT_MS
  }

  /** Has the time without a heartbeat count from now on. */
  excuseSilence(): void {
    this.#heartbeatAt = performance.now()
  }

  #receive(message: WorkerMessage): void {
    switch (message.kind) {
      case 'ready':
        if (this.#state === 'starting') this.#state = 'ready'
        this.#heartbeatAt = performance.now()
        this.#ready.resolve()
        return
      case 'failed':
        this.#ready.reject(new OperatorError(message.reason))
        return
      case 'readiness':
        void this.#options.readinessProblem().then((reason) => this.#send({ kind: 'readiness', reason }))
        return
      case 'output-gone':
        this.#options.onOutputGone()
        return
      case 'alive':
        this.#heartbeatAt = performance.now()
        if (this.#state === 'ready') this.#options.onHeartbeat(message)
    }
  }

  #send(message: MasterMessage): void {
    // Fails only if the process has just exited, which is handled as such.
    this.#worker.send(message, () => {})
  }
}
