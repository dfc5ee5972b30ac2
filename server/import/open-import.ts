import type { DatabaseAddress } from '../database/url.ts'
import type { ImportDatabase } from './import-database.ts'

/**
 * Opens the database at `address` for an import.
 * @throws OperatorError when it cannot be changed.
 */
export async function openImport(address: DatabaseAddress): Promise<ImportDatabase> {
  return address.engine === 'postgres'
    ? (await import('./postgres/open-import.ts')).openPostgresImport(address.url)
    : (await import('./sqlite/open-import.ts')).openSqliteImport(address.file)
}
