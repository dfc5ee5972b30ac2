import type { DatabaseSync } from 'node:sqlite'
import { givenFields, type ImportedRow } from '../imported-row.ts'

const ROWS_PER_TURN = 5_000

/**
 * Copies `rows` into the temporary table "ImportRow" of this connection, which SQLite keeps in a file: memory stays flat. The types of its
 * columns convert values as "User" does. Calls `onProgress` with the number of rows now and then.
 */
export async function stageRows(database: DatabaseSync, rows: AsyncIterable<ImportedRow>, onProgress: () => void): Promise<number> {
  database.exec(`
    CREATE TEMP TABLE "ImportRow" (
      "row" INTEGER PRIMARY KEY,
      "line" INTEGER NOT NULL,
      "given" INTEGER NOT NULL,   -- which fields the file has, by bits
      "id" INTEGER,
      "username" TEXT COLLATE NOCASE,
      "email" TEXT COLLATE NOCASE,
      "age" INTEGER,
      "fault" TEXT,               -- why this row is refused, whatever is in the database
      "target" INTEGER,           -- the person with its key
      "action" TEXT,              -- same, age or move; of a row without a target: null, it is added
      "reason" TEXT               -- why this row is refused now
    )`)
  const insert = database.prepare(
    'INSERT INTO "ImportRow" ("line", "given", "id", "username", "email", "age", "fault") VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  let count = 0
  database.exec('BEGIN')
  for await (const { line, cells, fault } of rows) {
    insert.run(line, givenFields(cells), cells.id ?? null, cells.username ?? null, cells.email ?? null, cells.age ?? null, fault)
    count += 1
    if (count % ROWS_PER_TURN === 0) onProgress()
  }
  database.exec('COMMIT')
  for (const field of ['id', 'username', 'email'] as const) refuseDuplicates(database, field)
  database.exec('CREATE INDEX temp."ImportRow_target" ON "ImportRow" ("target") WHERE "target" IS NOT NULL')
  return count
}

// No two people can have the same, whatever the database has: the first row counts.
function refuseDuplicates(database: DatabaseSync, field: 'id' | 'username' | 'email'): void {
  database.exec(`
    CREATE INDEX temp."ImportRow_${field}" ON "ImportRow" ("${field}") WHERE "${field}" IS NOT NULL;
    CREATE TEMP TABLE "ImportTwice" AS
      SELECT "${field}" AS "value", min("row") AS "first" FROM "ImportRow" WHERE "${field}" IS NOT NULL GROUP BY "${field}" HAVING count(*) > 1;
    UPDATE "ImportRow"
      SET "fault" = '${field} is also in line ' || (SELECT "line" FROM "ImportRow" AS "other" WHERE "other"."row" = "ImportTwice"."first")
      FROM "ImportTwice"
      WHERE "ImportRow"."${field}" IS NOT NULL AND "ImportRow"."${field}" = "ImportTwice"."value"
        AND "ImportRow"."row" > "ImportTwice"."first" AND "fault" IS NULL;
    DROP TABLE "ImportTwice"`)
}
