import type { DatabaseSync } from 'node:sqlite'
import { takenMessage } from '../../database/constraint-message.ts'
import type { Plan, Rules } from '../import-database.ts'
import { GIVEN } from '../imported-row.ts'

const UNIQUE_FIELDS = ['id', 'username', 'email'] as const
const FILLED_FIELDS = ['username', 'email', 'age'] as const
const ALL_GIVEN = GIVEN.username | GIVEN.email | GIVEN.age
const LACKS_FIELDS = `"given" & ${ALL_GIVEN} <> ${ALL_GIVEN}`

/** The rows that change an id, username or email: those of people who get another one, and of new people. */
const IS_MOVE = `"reason" IS NULL AND ("target" IS NULL OR "action" = 'move')`

/**
 * Compares the rows of "ImportRow" with the people of the database, and decides what happens to each. Writes only temporary tables. All of
 * it is about the state at the end: two rows may exchange their emails.
 */
export function planImport(database: DatabaseSync, { key, mode }: Rules): Plan {
  forgetPlan(database)
  findTargets(database, key)
  if (mode === 'mirror')
    database.exec(`
      INSERT INTO "ImportRemoved" SELECT "id" FROM "User"
      WHERE "id" NOT IN (SELECT "target" FROM "ImportRow" WHERE "target" IS NOT NULL) ORDER BY "id"`)
  if (mode === 'add') refuse(database, `"target" IS NOT NULL AND "action" <> 'same' AND "reason" IS NULL`, takenMessage(key))
  if (mode === 'update') {
    refuse(database, `"target" IS NULL AND "reason" IS NULL AND "${key}" IS NULL`, `${key} is missing, and it is the key`)
    refuse(database, `"target" IS NULL AND "reason" IS NULL`, `${key} belongs to no person`)
  }
  refuseConflicts(database)
  return countActions(database)
}

function forgetPlan(database: DatabaseSync): void {
  const given = FILLED_FIELDS.map((field) => `"${field}" = iif("given" & ${GIVEN[field]}, "${field}", NULL)`)
  database.exec(`
    CREATE TEMP TABLE IF NOT EXISTS "ImportRemoved" ("id" INTEGER PRIMARY KEY);
    DELETE FROM "ImportRemoved";
    UPDATE "ImportRow" SET ${given.join(', ')} WHERE "target" IS NOT NULL AND ${LACKS_FIELDS};
    UPDATE "ImportRow" SET "target" = NULL, "action" = NULL WHERE "target" IS NOT NULL;
    UPDATE "ImportRow" SET "reason" = "fault" WHERE "reason" IS NOT "fault"`)
}

function findTargets(database: DatabaseSync, key: Rules['key']): void {
  const differs = (field: keyof typeof GIVEN, person = `"person"."${field}"`) =>
    `("given" & ${GIVEN[field]} AND "ImportRow"."${field}" COLLATE BINARY IS NOT ${person})`
  database.exec(`
    UPDATE "ImportRow" SET
      "target" = "person"."id",
      "action" = CASE
        WHEN ${differs('id')} OR ${differs('username')} OR ${differs('email')} THEN 'move'
        WHEN ${differs('age')} THEN 'age'
        ELSE 'same'
      END
    FROM "User" AS "person" WHERE "person"."${key}" = "ImportRow"."${key}"`)
  // Fields that the file does not have stay as they are.
  const filled = FILLED_FIELDS.map((field) => `"${field}" = iif("given" & ${GIVEN[field]}, "ImportRow"."${field}", "person"."${field}")`)
  database.exec(`
    UPDATE "ImportRow" SET ${filled.join(', ')} FROM "User" AS "person" WHERE "person"."id" = "target" AND ${LACKS_FIELDS}`)
}

/**
 * Refuses rows whose id, username or email belongs to a person who keeps it; as their own people keep everything then, further rows may
 * have to be refused.
 */
function refuseConflicts(database: DatabaseSync): void {
  // The person "holder" gives the field away when it is removed, or when its own row moves it to another value.
  const first = UNIQUE_FIELDS.map(
    (field) => `
      SELECT "ImportRow"."row", '${field}' FROM "ImportRow"
      CROSS JOIN "User" AS "holder" ON "holder"."${field}" = "ImportRow"."${field}"
      LEFT JOIN "ImportRow" AS "its" ON "its"."target" = "holder"."id" AND "its"."reason" IS NULL
      WHERE ${IS_MOVE.replaceAll(/"(reason|target|action)"/g, '"ImportRow"."$1"')}
        AND "holder"."id" IS NOT "ImportRow"."target"
        AND NOT EXISTS (SELECT 1 FROM "ImportRemoved" WHERE "id" = "holder"."id")
        AND ("its"."row" IS NULL OR "its"."action" <> 'move' OR ${finalValue('its', field)} = "holder"."${field}")`,
  )
  const further = UNIQUE_FIELDS.map(
    (field) => `
      SELECT "next"."row", '${field}' FROM "conflict"
      CROSS JOIN "ImportRow" AS "its" ON "its"."row" = "conflict"."row"
      CROSS JOIN "User" AS "holder" ON "holder"."id" = "its"."target"
      CROSS JOIN "ImportRow" AS "next" ON "next"."${field}" = "holder"."${field}" AND "next"."row" <> "its"."row"
      WHERE ${IS_MOVE.replaceAll(/"(reason|target|action)"/g, '"next"."$1"')}`,
  )
  database.exec(`
    CREATE TEMP TABLE "ImportConflict" ("row" INTEGER PRIMARY KEY, "field" TEXT NOT NULL);
    WITH RECURSIVE "conflict" ("row", "field") AS (${[...first, ...further].join(' UNION ')})
    INSERT OR IGNORE INTO "ImportConflict" SELECT "row", "field" FROM "conflict"`)
  for (const field of UNIQUE_FIELDS)
    refuse(database, `"row" IN (SELECT "row" FROM "ImportConflict" WHERE "field" = '${field}')`, takenMessage(field))
  database.exec('DROP TABLE "ImportConflict"')
}

// Of a row with a target, an id that the file does not give is that of the target.
function finalValue(row: string, field: (typeof UNIQUE_FIELDS)[number]): string {
  return field === 'id' ? `ifnull("${row}"."id", "${row}"."target")` : `"${row}"."${field}"`
}

function refuse(database: DatabaseSync, which: string, reason: string): void {
  database.prepare(`UPDATE "ImportRow" SET "reason" = ? WHERE ${which}`).run(reason)
}

function countActions(database: DatabaseSync): Plan {
  const counts = database
    .prepare(`
      SELECT
        count(*) FILTER (WHERE "reason" IS NULL AND "target" IS NULL) AS "added",
        count(*) FILTER (WHERE "reason" IS NULL AND "action" IN ('age', 'move')) AS "changed",
        count(*) FILTER (WHERE "reason" IS NULL AND "action" = 'same') AS "same",
        (SELECT count(*) FROM "ImportRemoved") AS "removed",
        count("reason") AS "refused"
      FROM "ImportRow"`)
    .get()
  const { added, changed, same, removed, refused } = counts ?? {}
  return { added: Number(added), changed: Number(changed), same: Number(same), removed: Number(removed), refused: Number(refused) }
}
