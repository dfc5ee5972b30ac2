import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { OperatorError } from '../errors.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const DEFAULT_DATABASE_URL = 'file:./data/roster.db'

/**
 * The absolute path of the SQLite file that `url` (as in `DATABASE_URL`) names.
 * Understood: `file:./relative.db` (from the repository's root), `file:/absolute.db` and `file:///absolute.db`.
 * @throws OperatorError for anything else, with a message for the operator.
 */
export function databaseFile(url = process.env.DATABASE_URL || DEFAULT_DATABASE_URL): string {
  const path = /^file:(?!\/\/[^/])(?<path>[^?#]+)$/.exec(url)?.groups?.path
  if (path === undefined || path.includes(':memory:') || path.endsWith('/')) {
    throw new OperatorError(
      `DATABASE_URL is "${url}"; it must name a SQLite file, as in file:./data/roster.db or file:///srv/roster/roster.db`,
    )
  }
  try {
    return path.startsWith('/') ? fileURLToPath(`file://${path.replace(/^\/\/(?=\/)/, '')}`) : resolve(REPOSITORY, decodeURIComponent(path))
  } catch {
    throw new OperatorError(`DATABASE_URL is "${url}"; its path is not a valid file URL`)
  }
}

/** The same file as the one spelling that Prisma's CLI and Studio both understand: `file:///absolute/path`. */
export function databaseUrl(file = databaseFile()): string {
  return pathToFileURL(file).href
}
