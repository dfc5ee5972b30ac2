/** A fault that the operator can fix: its message is printed as one line, without a stack. */
export class OperatorError extends Error {}

/** A command that makes no sense here, as an unknown option does not: the exit status is that of wrong use. */
export class UsageError extends OperatorError {}

/** The message of a thrown value. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whether `error` is an error of the operating system with `code`, such as ENOENT. */
export function isErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
