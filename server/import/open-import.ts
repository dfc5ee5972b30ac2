import { databaseFile, isPostgresUrl } from '../database/url.ts'
import type { ImportDatabase } from './import-database.ts'

/**
 * Opens the database at `url` for an import.
 * @throws OperatorError when it cannot be changed.
 */
export async function openImport(url: string | undefined): Promise<ImportDatabase> {
  if (isPostgresUrl(url)) return (await import('./postgres/open-import.ts')).openPostgresImport(url)
  return (await import('./sqlite/open-import.ts')).openSqliteImport(databaseFile(url))
}
