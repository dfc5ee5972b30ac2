import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { OperatorError, UsageError } from '../errors.ts'
import { ROOT } from '../paths.ts'

const DEFAULT_DATABASE_URL = 'file:./data/roster.db'

/** The database of an installation: a SQLite file, by its absolute path, or a PostgreSQL database, by its URL, which may have a password. */
export type DatabaseAddress = { engine: 'sqlite'; file: string } | { engine: 'postgres'; url: string }

/**
 * The database that `DATABASE_URL` names; without it, data/roster.db.
 * @throws OperatorError for a URL of neither kind.
 */
export function readDatabaseAddress(url = process.env.DATABASE_URL || DEFAULT_DATABASE_URL): DatabaseAddress {
  return isPostgresUrl(url) ? { engine: 'postgres', url } : { engine: 'sqlite', file: databaseFile(url) }
}

/**
 * The path of the SQLite file at `address`, for a `command` that works on files; `instead` is what PostgreSQL has for it.
 * @throws UsageError when it is a PostgreSQL database.
 */
export function requireFile(address: DatabaseAddress, command: string, instead: string): string {
  if (address.engine === 'sqlite') return address.file
  throw new UsageError(`${command} is for SQLite files; for a PostgreSQL database, use ${instead}: see docs/cluster-backup.md`)
}

/** `address` for people: the path of the file, or a URL without password and options. */
export function describeDatabase(address: DatabaseAddress): string {
  if (address.engine === 'sqlite') return address.file
  // Not by the class URL, which knows no list of hosts. Up to the last @, as a password may have one that is not encoded.
  const [, user = '', place = ''] = /^postgres(?:ql)?:\/\/(?:([^:@/?]*).*@)?([^?#]*)/s.exec(address.url) ?? []
  return `postgresql://${user && `${user}@`}${place}`
}

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
      `DATABASE_URL is "${url}"; it must name a SQLite file, such as file:./data/roster.db or file:///srv/roster/roster.db, or a PostgreSQL database, such as postgresql://roster@db.example.com/roster`,
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
