import type { DatabaseSync } from 'node:sqlite'

// A constraint ends where the next one begins, or the table ends.
const CHECK = /CHECK (\(.*?\))(?=,\s+CONSTRAINT|\s+\) STRICT)/gs

/**
 * A query of the ids of people who break a CHECK of the table "User". PRAGMA quick_check does not find them on a connection that may only read:
 * SQLite does not even read the constraints there.
 */
export function brokenChecksQuery(database: DatabaseSync): string {
  const { sql } = database.prepare(`SELECT "sql" FROM sqlite_schema WHERE "type" = 'table' AND "name" = 'User'`).get() ?? {}
  const checks = [...String(sql).matchAll(CHECK)].map(([, condition]) => `NOT ${condition}`)
  if (checks.length === 0) throw new Error('the table "User" has another form than server/database/sqlite/broken-checks.ts expects')
  return `SELECT "id" FROM "User" WHERE ${checks.join(' OR ')}`
}
