import { explainFault } from '../../../prisma/postgres/explain-fault.ts'
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
    const reason = explainFault(error)
    super(`The database ${database} at ${host} cannot be reached: ${reason.includes('; ') ? reason : `${reason}; ${advice}`}`)
    this.database = database
    this.isDatabaseMissing = isDatabaseMissing
    this.isRefused = isRefused
  }
}

// Our own error, when the server has demanded one (prisma/postgres/password-file.ts).
function isPasswordMissing(error: unknown): boolean {
  return /^the server demands a password/.test(errorMessage(error))
}
