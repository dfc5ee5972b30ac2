// During an upgrade or a rollback, master and workers are of different releases: messages may be added, but none may be renamed or changed.

/** What the master sends to a worker. */
export type MasterMessage =
  /** The database may be opened. Until then a worker loads what it can without it. */
  | 'serve'
  /** Finish the requests in flight, then exit. */
  | 'drain'
  /** The answer to `{ kind: 'readiness' }`: why pages cannot be served, for the operator; null when they can. */
  | { kind: 'readiness'; reason: string | null }

/** What a worker sends to the master. */
export type WorkerMessage =
  /** It serves. */
  | { kind: 'ready' }
  /** It cannot serve, for a reason that the operator should read. */
  | { kind: 'failed'; reason: string }
  /** It needs to know whether pages can be served from the database. */
  | { kind: 'readiness' }
  /** Its output is closed: nobody can read the log any more. */
  | { kind: 'output-gone' }
  | Heartbeat

/** Sent once a second: the worker's event loop turns. */
export type Heartbeat = {
  kind: 'alive'
  memoryBytes: number
  /** Whether another file has taken the place of the database file that the worker has open. */
  hasOldDatabase: boolean
}

/** Other packages send messages over the same channel. */
export function isMasterMessage(message: unknown): message is MasterMessage {
  return message === 'serve' || message === 'drain' || hasKind(message)
}

export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return hasKind(message)
}

function hasKind(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'kind' in message
}
