import type { Logger } from 'pino'
import type { DatabaseAddress } from '../database/url.ts'
import type { ServedDatabase } from './served-database.ts'

/** The database at `address`, as the master serves it. Nothing of PostgreSQL is loaded for a SQLite file. */
export async function openServedDatabase(address: DatabaseAddress, log: Logger): Promise<ServedDatabase> {
  if (address.engine === 'postgres') return new (await import('./database-server.ts')).DatabaseServer(address.url, log)
  return new (await import('./database-file.ts')).DatabaseFile(address.file, log)
}
