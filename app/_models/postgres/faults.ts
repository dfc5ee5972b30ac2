import { explainFault } from '../../../prisma/postgres/explain-fault.ts'

/** What failed, in view of what may be done about it. */
export type FaultKind =
  /** The connection or the transaction is gone, and another one may do. */
  | 'lost'
  /** The statement took longer than it may. */
  | 'slow'
  /** The database cannot be read right now, or not by this role. */
  | 'unavailable'

/** PostgreSQL cannot be read. The server knows it by its name (server/http/database-fault.ts): visitors get 503. */
export class DatabaseUnavailableError extends Error {
  override readonly name = 'DatabaseUnavailableError'
  readonly kind: FaultKind

  constructor(kind: FaultKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}

/** Whether it may help to read once more, on another connection. */
export function isLost(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && error.kind === 'lost'
}

/** Whether a statement has been stopped because it took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseUnavailableError && error.kind === 'slow'
}

// SQLSTATEs, or their first two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html
const QUERY_CANCELED = '57014'
// The server ends, starts, or is promoted; a standby has to go on with a change of what was being read.
const LOST = ['08', '57P01', '57P02', '57P03', '57P05', '40001', '40P01']
// It lacks something, is damaged, or what the operator has to provide is missing: the right to read, the database, its tables.
const UNAVAILABLE = ['28', '3D', '3F', '42501', '42703', '42P01', '53', '54', '55', '57', '58', 'F0', 'XX']

/** How `error` of `pg`, after a statement that ran for longer than it may or not, is thrown. */
export function toFault(error: unknown, isOverTime: boolean): Error {
  // A mistake of ours, such as a parameter that cannot be sent.
  if (error instanceof TypeError || error instanceof RangeError) return error
  const kind = faultKind(findSqlState(error), isOverTime)
  const message = explainFault(error)
  if (kind === null) return new Error(`PostgreSQL refused a statement: ${message}`, { cause: error })
  return new DatabaseUnavailableError(kind, message, { cause: error })
}

/** How an error of `pg` while it connects is thrown. */
export function toConnectFault(error: unknown): Error {
  const sqlState = findSqlState(error)
  const isLost = sqlState === null ? /^(?:the connection was lost|.*ECONNRESET.*)$/.test(explainFault(error)) : isAny(LOST, sqlState)
  return new DatabaseUnavailableError(isLost ? 'lost' : 'unavailable', explainFault(error), { cause: error })
}

function faultKind(sqlState: string | null, isOverTime: boolean): FaultKind | null {
  // Without one it is the driver's: the connection broke, or no answer came in time.
  if (sqlState === null) return isOverTime ? 'unavailable' : 'lost'
  // An operator may also cancel a statement.
  if (sqlState === QUERY_CANCELED) return isOverTime ? 'slow' : 'unavailable'
  if (isAny(LOST, sqlState)) return 'lost'
  return isAny(UNAVAILABLE, sqlState) ? 'unavailable' : null
}

function isAny(states: string[], sqlState: string): boolean {
  return states.some((state) => sqlState.startsWith(state))
}

function findSqlState(error: unknown): string | null {
  return error instanceof Error && 'severity' in error && 'code' in error ? String(error.code) : null
}
