import { createSecretKey, type KeyObject, randomBytes, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { errorMessage, isErrorCode, OperatorError } from './errors.ts'

const SECRET_BYTES = 32

/**
 * The installation's secret, kept in `file`, which is made when it is not there yet. All hosts that serve the same site need the same one.
 * @throws OperatorError when it can be neither read nor made.
 */
export function readSecret(file: string): KeyObject {
  try {
    makeSecret(file)
    const secret = readFileSync(file)
    if (secret.length >= SECRET_BYTES) return createSecretKey(secret)
  } catch (error) {
    throw new OperatorError(`The secret ${file} can not be used: ${errorMessage(error)}`)
  }
  throw new OperatorError(`The secret ${file} is shorter than ${SECRET_BYTES} bytes; delete it to have a new one made.`)
}

// Linked to its place: another process that starts at the same time sees either no secret or a whole one.
function makeSecret(file: string): void {
  // Not the process's id: in two containers it may be the same.
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
