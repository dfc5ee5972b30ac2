import type pg from 'pg'
import { takenMessage } from '../../database/constraint-message.ts'
import { createBrokenConstraint } from '../../database/postgres/broken-constraints.ts'
import type { Plan, Rules } from '../import-database.ts'
import { GIVEN } from '../imported-row.ts'
import { UNIQUE_COLUMNS } from './stage.ts'

type UniqueField = keyof typeof UNIQUE_COLUMNS

const UNIQUE_FIELDS = ['id', 'username', 'email'] as const
const COMPARED_FIELDS = [...UNIQUE_FIELDS, 'age'] as const

/** The rows that change an id, username or email: those of people who get another one, and of new people. */
const IS_MOVE = '"reason" IS NULL AND ("target" IS NULL OR "action" = \'move\')'

/**
 * Compares the rows of "ImportRow" with the people of the database, and decides in "ImportPlan" and "ImportRemoved" what happens to each.
 * Writes only temporary tables. All of it is about the state at the end: two rows may exchange their emails. The rules are those of SQLite,
 * see ../sqlite/plan.ts.
 */
export async function planImport(client: pg.Client, rules: Rules): Promise<Plan> {
  await decide(client, rules)
  // Who relied on a row that is refused may be refused, too.
  if ((await markFaults(client)) > 0) await decide(client, rules)
  return countActions(client)
}

async function decide(client: pg.Client, { key, mode }: Rules): Promise<void> {
  await findTargets(client, key)
  await client.query(`
    CREATE TEMP TABLE "ImportRemoved" AS SELECT "id" FROM "User"
    WHERE ${mode === 'mirror'} AND NOT EXISTS (SELECT 1 FROM "ImportPlan" WHERE "target" = "User"."id")`)
  if (mode === 'add') await refuse(client, `"target" IS NOT NULL AND "action" <> 'same' AND "reason" IS NULL`, takenMessage(key))
  if (mode === 'update') {
    await refuse(client, `"target" IS NULL AND "reason" IS NULL AND "${key}" IS NULL`, `${key} is missing, and it is the key`)
    await refuse(client, `"target" IS NULL AND "reason" IS NULL`, `${key} belongs to no person`)
  }
  await refuseConflicts(client)
}

async function findTargets(client: pg.Client, key: Rules['key']): Promise<void> {
  const isGiven = (field: keyof typeof GIVEN) => `"given" & ${GIVEN[field]} <> 0`
  // Fields that the file does not have stay as they are.
  const filled = (field: keyof typeof GIVEN, column: string = field) =>
    `CASE WHEN "person"."id" IS NULL OR ${isGiven(field)} THEN "ImportRow"."${column}" ELSE "person"."${column}" END AS "${column}"`
  const [id, username, email, age] = COMPARED_FIELDS.map(
    (field) => `(${isGiven(field)} AND "ImportRow"."${field}" IS DISTINCT FROM "person"."${field}")`,
  )
  await client.query(`
    DROP TABLE IF EXISTS "ImportPlan", "ImportRemoved";
    CREATE TEMP TABLE "ImportPlan" AS
    SELECT
      "row", "line", "given", "typeFault", "original", "person"."id" AS "target", "ImportRow"."id" AS "id",
      ${filled('username')}, ${filled('email')}, ${filled('age')}, ${filled('username', 'usernameKey')}, ${filled('email', 'emailKey')},
      CASE
        WHEN "person"."id" IS NULL THEN NULL
        WHEN ${id} OR ${username} OR ${email} THEN 'move'
        WHEN ${age} OR "typeFault" IS NOT NULL THEN 'age'
        ELSE 'same'
      END AS "action",
      "fault" AS "reason"
    FROM "ImportRow" LEFT JOIN "User" AS "person" ON "person"."${UNIQUE_COLUMNS[key]}" = "ImportRow"."${UNIQUE_COLUMNS[key]}";
    CREATE UNIQUE INDEX ON "ImportPlan" ("row");
    ANALYZE "ImportPlan"`)
}

/**
 * Refuses rows whose id, username or email belongs to a person who keeps it; as their own people keep everything then, further rows may
 * have to be refused.
 */
async function refuseConflicts(client: pg.Client): Promise<void> {
  // The person "holder" gives the field away when it is removed, or when its own row moves it to another value.
  const first = UNIQUE_FIELDS.map(
    (field, place) => `
      SELECT "ImportPlan"."row", '${field}' AS "field", ${place} AS "place" FROM "ImportPlan"
      JOIN "User" AS "holder" ON "holder"."${UNIQUE_COLUMNS[field]}" = "ImportPlan"."${UNIQUE_COLUMNS[field]}"
      LEFT JOIN "ImportPlan" AS "its" ON "its"."target" = "holder"."id" AND "its"."reason" IS NULL
      WHERE ${ofRow('ImportPlan')} AND "holder"."id" IS DISTINCT FROM "ImportPlan"."target"
        AND NOT EXISTS (SELECT 1 FROM "ImportRemoved" WHERE "id" = "holder"."id")
        AND ("its"."row" IS NULL OR "its"."action" <> 'move' OR ${finalValue('its', field)} = "holder"."${UNIQUE_COLUMNS[field]}")`,
  )
  const { rowCount } = await client.query(`
    CREATE TEMP TABLE "ImportConflict" AS
    SELECT DISTINCT ON ("row") "row", "field" FROM (${first.join(' UNION ALL ')}) AS "Conflict" ORDER BY "row", "place"`)
  if (rowCount !== 0) await findFurtherConflicts(client)
  for (const field of UNIQUE_FIELDS)
    await refuse(client, `"row" IN (SELECT "row" FROM "ImportConflict" WHERE "field" = '${field}')`, takenMessage(field))
  await client.query('DROP TABLE "ImportConflict"')
}

async function findFurtherConflicts(client: pg.Client): Promise<void> {
  const further = UNIQUE_FIELDS.map(
    (field) => `
      SELECT "row", '${field}' AS "field" FROM "ImportPlan"
      WHERE "${UNIQUE_COLUMNS[field]}" = "holder"."${UNIQUE_COLUMNS[field]}" AND "row" <> "its"."row" AND ${IS_MOVE}`,
  )
  const indexed = Object.values(UNIQUE_COLUMNS).map((column) => `CREATE INDEX ON "ImportPlan" ("${column}")`)
  await client.query(`
    ${indexed.join(';')};
    WITH RECURSIVE "conflict" ("row", "field") AS (
      SELECT "row", "field" FROM "ImportConflict"
      UNION
      SELECT "next"."row", "next"."field" FROM "conflict"
      JOIN "ImportPlan" AS "its" ON "its"."row" = "conflict"."row"
      JOIN "User" AS "holder" ON "holder"."id" = "its"."target"
      CROSS JOIN LATERAL (${further.join(' UNION ALL ')}) AS "next"
    )
    INSERT INTO "ImportConflict"
    SELECT DISTINCT ON ("row") "row", "field" FROM "conflict" WHERE "row" NOT IN (SELECT "row" FROM "ImportConflict") ORDER BY "row"`)
}

function ofRow(row: string): string {
  return IS_MOVE.replaceAll(/"(reason|target|action)"/g, `"${row}"."$1"`)
}

// Of a row with a target, an id that the file does not give is that of the target.
function finalValue(row: string, field: UniqueField): string {
  return field === 'id' ? `coalesce("${row}"."id", "${row}"."target")` : `"${row}"."${UNIQUE_COLUMNS[field]}"`
}

/** Marks the rows that would be written and break a constraint, and returns their number. */
async function markFaults(client: pg.Client): Promise<number> {
  await createBrokenConstraint(client)
  const { rowCount } = await client.query(`
    UPDATE "ImportRow" SET "fault" = "sentence"
    FROM (
      SELECT "row", coalesce("typeFault", pg_temp."broken_constraint"(coalesce("id", "target"), "username", "email", "age")) AS "sentence"
      FROM "ImportPlan" WHERE "reason" IS NULL AND "action" IS DISTINCT FROM 'same'
    ) AS "Broken"
    WHERE "Broken"."row" = "ImportRow"."row" AND "sentence" IS NOT NULL`)
  return rowCount ?? 0
}

async function refuse(client: pg.Client, which: string, reason: string): Promise<void> {
  await client.query(`UPDATE "ImportPlan" SET "reason" = $1 WHERE ${which}`, [reason])
}

async function countActions(client: pg.Client): Promise<Plan> {
  const { rows } = await client.query<Plan>(`
    SELECT
      (count(*) FILTER (WHERE "reason" IS NULL AND "target" IS NULL))::float8 AS "added",
      (count(*) FILTER (WHERE "reason" IS NULL AND "action" IN ('age', 'move')))::float8 AS "changed",
      (count(*) FILTER (WHERE "reason" IS NULL AND "action" = 'same'))::float8 AS "same",
      (SELECT count(*) FROM "ImportRemoved")::float8 AS "removed",
      count("reason")::float8 AS "refused"
    FROM "ImportPlan"`)
  const [plan] = rows
  if (plan === undefined) throw new Error('count(*) has no row')
  return plan
}
