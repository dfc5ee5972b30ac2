import { statSync } from 'node:fs'
import { errorMessage } from '../errors.ts'

/**
 * What is wrong with `file` as a database, before anybody opens it, to go on after "it": "does not exist"; null where it is a file.
 * To open a named pipe waits for somebody at its other end.
 */
export function findFileFault(file: string): string | null {
  try {
    const stats = statSync(file, { throwIfNoEntry: false })
    if (stats === undefined) return 'does not exist'
    if (stats.isDirectory()) return 'is a folder'
    return stats.isFile() ? null : 'is not a regular file'
  } catch (error) {
    return `cannot be found: ${errorMessage(error)}`
  }
}
