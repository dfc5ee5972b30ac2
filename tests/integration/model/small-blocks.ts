import type { Migration } from '../../../server/database/migration-files.ts'
import { listMigrations } from '../../../server/database/sqlite/migrate.ts'

/** The migrations, but that a block of "UserKeyCount" becomes two at 4 people, not at 8192: so a few people need many. */
export function migrationsWithSmallBlocks(): Migration[] {
  return listMigrations().map((migration) =>
    migration.name.endsWith('_count_keys')
      ? { ...migration, sql: migration.sql.replaceAll('8192', '4').replaceAll('4096', '2') }
      : migration,
  )
}
