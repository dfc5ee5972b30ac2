import pg from 'pg'
import { OperatorError } from '../../errors.ts'
import { connectPostgres, withPostgres } from './connect.ts'
import { ConnectError } from './connect-error.ts'

// Where a role can always connect to, to create another database.
const MAINTENANCE_DATABASE = 'postgres'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const ALREADY_THERE = ['42P04', '23505']
const NO_PERMISSION = '42501'

/**
 * Connects to the database at `url`, which is created when it does not exist.
 * @throws ConnectError when it cannot be reached, OperatorError when it cannot be created.
 */
export async function connectOrCreate(url: string, name: string): Promise<pg.Client> {
  try {
    return await connectPostgres(url, { name })
  } catch (error) {
    if (!(error instanceof ConnectError && error.isDatabaseMissing)) throw error
    await withPostgres(maintenanceUrl(url), { name }, (client) => createDatabase(client, error.database))
    return await connectPostgres(url, { name })
  }
}

/** Names in the order of their code points, and letters of all scripts known to the search, whatever the server's own locale is. */
export function createDatabaseSql(database: string): string {
  return `CREATE DATABASE ${pg.escapeIdentifier(database)} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'`
}

/** `url` with the name of the database that every server has. */
export function maintenanceUrl(url: string): string {
  return url.replace(/^(\w+:\/\/[^/?#]*)[^?#]*/, `$1/${MAINTENANCE_DATABASE}`)
}

async function createDatabase(client: pg.Client, database: string): Promise<void> {
  try {
    await client.query(createDatabaseSql(database))
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    // Another node has created it meanwhile.
    if (error.code !== undefined && ALREADY_THERE.includes(error.code)) return
    const reason = error.code === NO_PERMISSION ? `role "${client.user}" may not create it` : error.message
    throw new OperatorError(`it does not exist, and ${reason}; have a superuser run: ${createDatabaseSql(database)}`)
  }
}
