import { errorMessage, OperatorError } from '../../errors.ts'

/** Why people cannot be written, from `error`; null when only a stack trace helps. */
export function writeProblem(error: unknown): string | null {
  if (error instanceof OperatorError) return error.message
  if (!(error instanceof Error) || !('code' in error)) return null
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  switch (error.code) {
    case '55P03':
      return 'another program has been writing to it for more than 5 seconds; run the same command again'
    case '25006':
    case '42501':
      return `it is not writable (${error.message}); use the address of the primary, and the role that owns the tables`
    case '42P01':
    case '42883':
      return 'it lacks migrations; apply them with roster prepare'
    case '53100':
      return 'its disk is full; free some space, and run the same command again'
    default:
      return errorMessage(error)
  }
}
