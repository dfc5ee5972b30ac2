import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { OperatorError } from '../prisma/operator-error.ts'

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
    throw new OperatorError(`The secret ${file} can not be used: ${error instanceof Error ? error.message : error}`)
  }
  throw new OperatorError(`The secret ${file} is shorter than ${SECRET_BYTES} bytes; delete it to have a new one made.`)
}

// Linked to its place: another process that starts at the same time sees either no secret or a whole one.
function makeSecret(file: string): void {
  const draft = `${file}.${process.pid}`
  try {
    readFileSync(file)
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error
    writeFileSync(draft, randomBytes(SECRET_BYTES), { mode: 0o600 })
    try {
      linkSync(draft, file)
    } catch (linkError) {
      if (!isCode(linkError, 'EEXIST')) throw linkError
    } finally {
      rmSync(draft)
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
