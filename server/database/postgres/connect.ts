import pg from 'pg'
import { type ConnectionOptions, connectionOptions } from '../../../prisma/postgres/connection-options.ts'
import { errorMessage, OperatorError } from '../../errors.ts'
import { ConnectError } from './connect-error.ts'

const CONNECT_TIMEOUT_MS = 10_000

type ConnectOptions = {
  /** What connects, as `pg_stat_activity` shows it after "roster". */
  name: string
  connectTimeoutMs?: number
  /** How long this process waits for each statement: a server that hangs ends none itself. */
  queryTimeoutMs?: number
}

/**
 * Connects to the PostgreSQL database at `url`. The caller ends the connection.
 * @throws ConnectError when that fails, OperatorError when `url` cannot be followed.
 */
export async function connectPostgres(
  url: string,
  { name, connectTimeoutMs = CONNECT_TIMEOUT_MS, queryTimeoutMs }: ConnectOptions,
): Promise<pg.Client> {
  const client = new pg.Client({
    ...readConnectionOptions(url),
    ...{ application_name: `roster ${name}`, connectionTimeoutMillis: connectTimeoutMs, keepAlive: true },
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
  })
  // A lost connection fails the statement that is running, or the next one. Without a listener, it would end this process.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    throw new ConnectError(client, error)
  }
}

/**
 * Returns what `use` returns for a connection to the database at `url`, which is ended then.
 * @throws ConnectError when there is none, or what `use` throws.
 */
export async function withPostgres<Result>(
  url: string,
  options: ConnectOptions,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = await connectPostgres(url, options)
  try {
    return await use(client)
  } finally {
    // Not awaited: a server that hangs does not answer this either.
    client.end().catch(() => {})
  }
}

/**
 * How `pg` connects to the database at `url`.
 * @throws OperatorError when `url` cannot be followed.
 */
export function readConnectionOptions(url: string): ConnectionOptions {
  try {
    return connectionOptions(url)
  } catch (error) {
    throw new OperatorError(errorMessage(error))
  }
}
