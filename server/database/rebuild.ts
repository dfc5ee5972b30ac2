import type { DatabaseSync } from 'node:sqlite'
import { suspendKeyCounts } from './key-counts.ts'
import { enlargeCache, inTransaction, truncateWal } from './sqlite.ts'
import { fillFoldedTextStatement } from './trigger-sql.ts'

// As the migrations create it: a trigger only updates rows, so there is one for each age.
const COUNT_NOBODY = `
  DELETE FROM "UserAgeCount";
  WITH RECURSIVE "ages" ("age") AS (SELECT -1 UNION ALL SELECT "age" + 1 FROM "ages" WHERE "age" < 150)
  INSERT INTO "UserAgeCount" ("age", "people") SELECT "age", 0 FROM "ages"`

/**
 * Builds anew what triggers derive from the people: the indexes, the folded names, the search index and the counts; all of it or, when it
 * fails, nothing.
 */
export function rebuildFromPeople(database: DatabaseSync): void {
  enlargeCache(database)
  inTransaction(database, () => {
    database.exec('REINDEX "User"')
    const resumeKeyCounts = suspendKeyCounts(database)
    const indexes = drop(database, 'index')
    // Without its triggers, a table is emptied at once.
    const triggers = drop(database, 'trigger')
    database.exec(
      `DELETE FROM "UserText"; DELETE FROM "UserReplaced"; INSERT INTO "UserSearch" ("UserSearch") VALUES ('delete-all'); ${COUNT_NOBODY}`,
    )
    for (const trigger of triggers) database.exec(trigger)
    // The triggers write the search index and the counts.
    database.exec(fillFoldedTextStatement(database))
    for (const index of indexes) database.exec(index)
    resumeKeyCounts()
  })
  truncateWal(database)
}

/** Drops the indexes or triggers of "UserText", and returns the statements that create them. */
function drop(database: DatabaseSync, type: 'index' | 'trigger'): string[] {
  const objects = database
    .prepare(`SELECT "name", "sql" FROM sqlite_schema WHERE "type" = ? AND "tbl_name" = 'UserText' AND "sql" IS NOT NULL`)
    .all(type)
  for (const { name } of objects) database.exec(`DROP ${type} "${name}"`)
  return objects.map(({ sql }) => String(sql))
}
