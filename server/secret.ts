import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { errorMessage, isErrorCode, OperatorError } from './errors.ts'

const SECRET_BYTES = 32

/**
 * The installation's secret in `file`, which is created when it is missing. All hosts that serve the same site need the same one.
 * @throws OperatorError when it can be neither read nor created.
 */
export function readSecret(file: string): KeyObject {
  try {
    createSecret(file)
    const secret = readFileSync(file)
    if (secret.length >= SECRET_BYTES) return createSecretKey(secret)
  } catch (error) {
    throw new OperatorError(`The secret ${file} cannot be used: ${errorMessage(error)}`)
  }
  throw new OperatorError(`The secret ${file} is shorter than ${SECRET_BYTES} bytes; delete it, and the next start creates a new one.`)
}

// Linked into place: a process that starts at the same time sees either no secret or a complete one.
function createSecret(file: string): void {
  // Not the process id: it may be the same in two containers.
  const draft = `${file}.${randomUUID()}`
  try {
    readFileSync(file)
  } catch (error) {
    if (!isErrorCode(error, 'ENOENT')) throw error
    writeFileSync(draft, randomBytes(SECRET_BYTES), { mode: 0o600 })
    try {
      linkSync(draft, file)
    } catch (linkError) {
      if (!isErrorCode(linkError, 'EEXIST')) throw linkError
    } finally {
      rmSync(draft)
    }
  }
}
