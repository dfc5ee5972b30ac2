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
    super(
      `The database ${database} at ${host} cannot be reached: ${explainFault(error)}; check DATABASE_URL, and that PostgreSQL runs there`,
    )
    this.database = database
    this.isDatabaseMissing = code === NO_SUCH_DATABASE
    this.isRefused = REFUSALS.includes(code) || isPasswordMissing(error)
  }
}

// Our own error, when the server has demanded one (prisma/postgres/password-file.ts).
function isPasswordMissing(error: unknown): boolean {
  return /^the server demands a password/.test(errorMessage(error))
}
