import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { OperatorError } from '../errors.ts'
import { ROOT } from '../paths.ts'

const DEFAULT_DATABASE_URL = 'file:./data/roster.db'

/**
 * The absolute path of the SQLite file in `url`, by default `DATABASE_URL`: `file:./relative.db` (to the repository's root),
 * `file:/absolute.db` or `file:///absolute.db`.
 * @throws OperatorError for any other URL.
 */
export function databaseFile(url = process.env.DATABASE_URL || DEFAULT_DATABASE_URL): string {
  if (isPostgresUrl(url)) throw new OperatorError('DATABASE_URL names a PostgreSQL database; it must name a SQLite file here')
  const path = /^file:(?!\/\/[^/])(?<path>[^?#]+)$/.exec(url)?.groups?.path
  if (path === undefined || path.includes(':memory:') || path.endsWith('/')) {
    throw new OperatorError(
      `DATABASE_URL is "${url}"; it must name a SQLite file, such as file:./data/roster.db or file:///srv/roster/roster.db`,
    )
  }
  try {
    return path.startsWith('/') ? fileURLToPath(`file://${path.replace(/^\/\/(?=\/)/, '')}`) : resolve(ROOT, decodeURIComponent(path))
  } catch {
    throw new OperatorError(`DATABASE_URL is "${url}"; its path is not a valid file URL`)
  }
}

/** Whether `url` names a PostgreSQL database. */
export function isPostgresUrl(url = process.env.DATABASE_URL): url is string {
  return url !== undefined && /^postgres(?:ql)?:\/\//.test(url)
}

/** The URL of `file` in the only form that both Prisma's CLI and Studio accept: `file:///absolute/path`. */
export function databaseUrl(file = databaseFile()): string {
  return pathToFileURL(file).href
}
