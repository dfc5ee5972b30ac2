import { errorMessage, OperatorError } from '../../errors.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const NO_SUCH_DATABASE = '3D000'
const REFUSALS = ['28000', '28P01']

/** A connection that could not be made. Its message is one line that names the host and the database, never the password. */
export class ConnectError extends OperatorError {
  readonly database: string
  /** PostgreSQL answers, and has no such database. */
  readonly isDatabaseMissing: boolean
  /** PostgreSQL answers, and does not let this role in: waiting does not help. */
  readonly isRefused: boolean

  constructor({ database = '', host }: { database?: string | undefined; host: string }, error: unknown) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const isDatabaseMissing = code === NO_SUCH_DATABASE
    const isRefused = REFUSALS.includes(code) || isPasswordMissing(error)
    const advice = isDatabaseMissing
      ? 'create it with roster prepare, or check DATABASE_URL'
      : isRefused
        ? 'check the role and the password in DATABASE_URL, and pg_hba.conf there'
        : 'check DATABASE_URL, and that PostgreSQL runs there'
    super(`The database ${database} at ${host} cannot be reached: ${explain(error)}; ${advice}`)
    this.database = database
    this.isDatabaseMissing = isDatabaseMissing
    this.isRefused = isRefused
  }
}

function explain(error: unknown): string {
  if (isPasswordMissing(error)) return 'it demands a password, and there is none in DATABASE_URL'
  // One for each address that the name of the host has.
  if (error instanceof AggregateError) return error.errors.map(errorMessage).join(', ')
  const message = errorMessage(error)
  return message === 'timeout expired' ? 'it does not answer' : message
}

// The driver's own error, from before a password is sent.
function isPasswordMissing(error: unknown): boolean {
  return /client password must be a string/.test(errorMessage(error))
}
