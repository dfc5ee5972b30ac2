import type pg from 'pg'

/** Small enough to show progress and to obey signals. */
const ROWS_PER_STATEMENT = 25_000

const IS_WRITTEN = `"reason" IS NULL AND ("target" IS NULL OR "action" = 'move')`

/** Writes what `planImport` has decided, in the open transaction: yields how many rows each step has written. */
export async function* writePlan(client: pg.Client): AsyncGenerator<number> {
  // People who move are removed first and come back with the same id: in any order, one of them could need what another still has.
  await client.query(`
    DELETE FROM "User" WHERE "id" IN (
      SELECT "id" FROM "ImportRemoved" UNION ALL SELECT "target" FROM "ImportPlan" WHERE "reason" IS NULL AND "action" = 'move')`)
  yield 0
  yield* writeRows(
    client,
    `UPDATE "User" SET "age" = "ImportPlan"."age" FROM "ImportPlan"
     WHERE "row" BETWEEN $1 AND $2 AND "reason" IS NULL AND "action" = 'age' AND "User"."id" = "target"`,
  )
  yield* writeRows(
    client,
    `INSERT INTO "User" ("id", "username", "email", "age") SELECT coalesce("id", "target"), "username", "email", "age" FROM "ImportPlan"
     WHERE "row" BETWEEN $1 AND $2 AND ${IS_WRITTEN} AND coalesce("id", "target") IS NOT NULL ORDER BY 1`,
  )
  // Last: no id of the file must be gone by then.
  yield* writeRows(
    client,
    `INSERT INTO "User" ("username", "email", "age") SELECT "username", "email", "age" FROM "ImportPlan"
     WHERE "row" BETWEEN $1 AND $2 AND ${IS_WRITTEN} AND coalesce("id", "target") IS NULL ORDER BY "row"`,
  )
}

/** Runs `write` for all rows, many at once. */
async function* writeRows(client: pg.Client, write: string): AsyncGenerator<number> {
  const { rows } = await client.query<{ last: number }>('SELECT coalesce(max("row"), 0) AS "last" FROM "ImportPlan"')
  const last = rows[0]?.last ?? 0
  for (let from = 1; from <= last; from += ROWS_PER_STATEMENT) {
    const { rowCount } = await client.query(write, [from, from + ROWS_PER_STATEMENT - 1])
    yield rowCount ?? 0
  }
}
