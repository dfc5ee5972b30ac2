import type { Logger } from 'pino'

const LINE_EVERY_MS = 60_000

// Errors of Prisma, its drivers, SQLite and the model on PostgreSQL. By name: Next's build has copies of the classes.
const FAULT_NAME = /^(PrismaClient.*|DriverAdapterError|SqliteError|DatabaseUnavailableError)$/
// A TypeError, where the folder is missing.
const FAULT_MESSAGE = /^Cannot open database/

/** The message of SQLite, PostgreSQL or Prisma, in one line, when `error` is a fault of the database; otherwise null. */
export function databaseFault(error: unknown): string | null {
  if (!(error instanceof Error && (FAULT_NAME.test(error.name) || FAULT_MESSAGE.test(error.message)))) return null
  const [, message] = /Message: `(.+?)`$/ms.exec(error.message) ?? []
  return message ?? error.message.trim().split('\n').at(-1) ?? error.name
}

/** Logs each fault of the database at once, and then at most once a minute: it fails every page. */
export class DatabaseFaultLog {
  readonly #log: Logger
  readonly #faults = new Map<string, { loggedAt: number; unlogged: number }>()

  constructor(log: Logger) {
    this.#log = log
  }

  report(fault: string, requestId: string): void {
    const now = performance.now()
    const { loggedAt, unlogged } = this.#faults.get(fault) ?? { loggedAt: Number.NEGATIVE_INFINITY, unlogged: 0 }
    if (now - loggedAt < LINE_EVERY_MS) {
      this.#faults.set(fault, { loggedAt, unlogged: unlogged + 1 })
      return
    }
    this.#faults.set(fault, { loggedAt: now, unlogged: 0 })
    this.#log.error({ requestId, ...(unlogged > 0 && { unlogged }) }, `The database cannot be read: ${fault}`)
  }
}
