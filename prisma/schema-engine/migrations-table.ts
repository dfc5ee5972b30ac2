import type { Database } from './database.ts'

/** Prisma's record of migrations, to the letter. */
export const CREATE_MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id"                    TEXT PRIMARY KEY NOT NULL,
    "checksum"              TEXT NOT NULL,
    "finished_at"           DATETIME,
    "migration_name"        TEXT NOT NULL,
    "logs"                  TEXT,
    "rolled_back_at"        DATETIME,
    "started_at"            DATETIME NOT NULL DEFAULT current_timestamp,
    "applied_steps_count"   INTEGER UNSIGNED NOT NULL DEFAULT 0
)`

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
