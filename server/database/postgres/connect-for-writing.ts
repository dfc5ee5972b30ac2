import type pg from 'pg'
import { errorMessage, OperatorError } from '../../errors.ts'
import { describeDatabase } from '../url.ts'
import { connectPostgres } from './connect.ts'
import { ConnectError } from './connect-error.ts'
import { readMigrationState } from './migrate.ts'
import { readRole } from './role.ts'

const MAX_WAIT_S = 5

// Limits of the role are meant for pages. Sorts and temporary tables get memory. A statement ends soon after the process that asked for it.
const SETTINGS = `
  SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '${MAX_WAIT_S}s'; SET jit = off;
  SET temp_buffers = '64MB'; SET work_mem = '64MB'; SET client_connection_check_interval = '1s'`

/**
 * Connects to the database at `url` to write many people into it. The caller ends the connection.
 * @throws ConnectError when it cannot be reached, OperatorError when it cannot be written or lacks migrations.
 */
export async function connectForWriting(url: string, name: string): Promise<pg.Client> {
  const client = await connectPostgres(url, { name })
  try {
    const { pending } = await readMigrationState(client)
    if (pending.length > 0) throw new OperatorError('it lacks migrations; apply them with roster prepare')
    const { name: role, owner, isStandby, isReadOnly, isOwner } = await readRole(client)
    if (isStandby) throw new OperatorError('this server is a standby; use the address of the primary')
    if (isReadOnly || !isOwner)
      throw new OperatorError(`role "${role}" may not change it; use the address of role "${owner}" in DATABASE_URL`)
    await client.query(SETTINGS)
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/**
 * What the operator reads about `error`, for which the people at `url` cannot be `changed`: "changed" or "seeded". The error itself when only
 * a stack trace helps.
 */
export function explainWriteError(error: unknown, url: string, changed: string): unknown {
  const problem = writeProblem(error)
  if (problem === null || error instanceof ConnectError) return error
  return new OperatorError(`The database ${describeDatabase({ engine: 'postgres', url })} cannot be ${changed}: ${problem}`)
}

function writeProblem(error: unknown): string | null {
  if (error instanceof OperatorError) return error.message
  if (!(error instanceof Error)) return null
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  switch ('code' in error ? error.code : undefined) {
    case '55P03':
      return `another program has been writing to it for more than ${MAX_WAIT_S} seconds; run the same command again`
    case '53100':
      return 'its disk is full; free some space, and run the same command again'
    case undefined:
      return /^Connection terminated|^Client has encountered a connection error/.test(error.message)
        ? 'the connection was lost; run the same command again'
        : null
    default:
      return errorMessage(error)
  }
}
