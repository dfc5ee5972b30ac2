import pg from 'pg'
import { errorMessage, OperatorError } from '../../errors.ts'

const CONNECT_TIMEOUT_MS = 10_000

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const NO_SUCH_DATABASE = '3D000'
const REFUSALS = ['28000', '28P01']

type ConnectOptions = {
  /** What connects, as `pg_stat_activity` shows it after "roster". */
  name: string
  connectTimeoutMs?: number
  /** How long each statement may take as this process sees it: a server that hangs ends none itself. */
  queryTimeoutMs?: number
}

/** A connection that could not be made. Its message is one line that names the host and the database, never the password. */
export class ConnectError extends OperatorError {
  /** PostgreSQL answers, and has no such database. */
  readonly isDatabaseMissing: boolean
  /** PostgreSQL answers, and does not let this role in: waiting does not help. */
  readonly isRefused: boolean

  constructor({ database, host }: pg.Client, error: unknown) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    super(`The database ${database} at ${host} cannot be reached: ${explain(error)}; check DATABASE_URL and the server's log`, {
      cause: error,
    })
    this.isDatabaseMissing = code === NO_SUCH_DATABASE
    this.isRefused = REFUSALS.includes(code) || isPasswordMissing(error)
  }
}

/**
 * Connects to the PostgreSQL database at `url`. The caller ends the connection.
 * @throws ConnectError when that fails.
 */
export async function connectPostgres(
  url: string,
  { name, connectTimeoutMs = CONNECT_TIMEOUT_MS, queryTimeoutMs }: ConnectOptions,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: `roster ${name}`,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
  })
  // The statement that is running, or the next one, fails with the reason. Without a listener, this process would exit.
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

function explain(error: unknown): string {
  if (isPasswordMissing(error)) return 'it demands a password, and DATABASE_URL has none'
  // One for each address that the name of the host has.
  if (error instanceof AggregateError) return [...new Set(error.errors.map(errorMessage))].join(', ')
  const message = errorMessage(error)
  return message === 'timeout expired' ? 'it does not answer' : message
}

// The driver's own error, from before anything is sent.
function isPasswordMissing(error: unknown): boolean {
  return /client password must be a string/.test(errorMessage(error))
}
