import type { Database } from './database.ts'

/** Whether Prisma has ever recorded a migration here. */
export async function hasMigrationsTable(database: Database): Promise<boolean> {
  return (await database.query(`SELECT 1 FROM sqlite_schema WHERE name = '_prisma_migrations'`)).length > 0
}

/** The migration that has begun and neither ended nor been given up. */
export async function findUnfinishedMigration(database: Database): Promise<string> {
  const [record] = await database.query(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1',
  )
  return String(record?.migration_name)
}
