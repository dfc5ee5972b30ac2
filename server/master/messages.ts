import type { Serializable } from 'node:child_process'

/** What a worker tells the master. */
export type WorkerMessage =
  /** It serves. */
  | { kind: 'ready' }
  /** It can not be of use: the operator should read why. */
  | { kind: 'failed'; reason: string }
  /** It asks why pages can not be served from the database right now, see `ReadinessMessage`. */
  | { kind: 'readiness' }
  /** Nobody can read what it logs any more. */
  | { kind: 'output-gone' }
  | AliveMessage

/** Its event loop turns. */
export type AliveMessage = {
  kind: 'alive'
  memoryBytes: number
  /** Whether the database file that it has open is not the one at that path any more. */
  hasOldDatabase: boolean
}

export function isWorkerMessage(message: unknown): message is WorkerMessage & Serializable {
  return typeof message === 'object' && message !== null && 'kind' in message
}

/** What the master answers a worker: why pages can not be served, in words for the operator; null when they can. */
export type ReadinessMessage = { kind: 'readiness'; reason: string | null }

export function isReadinessMessage(message: unknown): message is ReadinessMessage {
  return typeof message === 'object' && message !== null && 'reason' in message
}

/** What the master tells a worker: that the database may be opened. Until then a worker loads what it can without. */
export const SERVE = 'serve'

/** What the master tells a worker: to finish what is in flight, and to end. */
export const DRAIN = 'drain'
