import { readFileSync } from 'node:fs'
import { errorMessage, OperatorError } from '../errors.ts'

/**
 * The text of `file`, which an operator mounts; nginx reads it as the same user.
 * @throws OperatorError when it cannot be read.
 */
export function readMountedFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const user = `${process.getuid?.()}:${process.getgid?.()}`
    throw new OperatorError(`${file} cannot be read: ${errorMessage(error)}; mount a file there that ${user} may read`)
  }
}
