import { DriverAdapterError } from '@prisma/driver-adapter-utils'
import { errorMessage } from '../../server/errors.ts'

/** An error for the person at the terminal; `code` is one of https://www.prisma.io/docs/orm/reference/error-reference. */
export class EngineError extends Error {
  readonly code: string | null

  constructor(message: string, code: string | null = null) {
    super(message)
    this.code = code
  }
}

/** `error`, a thrown value of any kind, without its trace and the driver's prefix. */
export function toEngineError(error: unknown): EngineError {
  const withoutTrace = messageOf(error).replace(/\n +(0:|at) .*/s, '')
  const withoutPrefix = withoutTrace
    .replace(/\bSQLITE_[A-Z_]+: /, '')
    .replace(/^ConnectionFailed\(.*: 14"\)$/, 'unable to open database file')
  return new EngineError(withoutPrefix, prismaCode(error))
}

function messageOf(error: unknown): string {
  if (error instanceof DriverAdapterError) return error.cause.originalMessage ?? error.message
  return errorMessage(error)
}

function prismaCode(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && /^P\d{4}$/.test(code) ? code : null
}
