import type pg from 'pg'
import { HAS_WRONG_KEY, REPAIRS, type Repair } from './check.ts'

// Building an index beside readers and writers waits for those who have begun before.
const MAX_INDEX_WAIT_S = 60

const STEPS: Record<Repair, (client: pg.Client) => Promise<void>> = {
  keys: repairKeys,
  counts: repairCounts,
  'next id': repairNextId,
  indexes: repairIndexes,
}

/** Makes anew from the people what `repairs` name, while others read and, but for a moment, write. */
export async function repairDatabase(client: pg.Client, repairs: ReadonlySet<Repair>): Promise<void> {
  for (const repair of REPAIRS) if (repairs.has(repair)) await STEPS[repair](client)
}

// Whatever is written there, a trigger replaces it by what belongs there.
async function repairKeys(client: pg.Client): Promise<void> {
  await client.query(`UPDATE "User" SET "usernameKey" = '', "emailKey" = '' WHERE ${HAS_WRONG_KEY}`)
}

async function repairCounts(client: pg.Client): Promise<void> {
  // One message is one transaction. Writers wait meanwhile: what they count would come twice, or not at all.
  await client.query(`
    LOCK TABLE "User" IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM "UserAgeCount";
    INSERT INTO "UserAgeCount" SELECT coalesce("age", -1), count(*) FROM "User" GROUP BY 1`)
}

async function repairNextId(client: pg.Client): Promise<void> {
  await client.query(`
    LOCK TABLE "User" IN SHARE ROW EXCLUSIVE MODE;
    SELECT setval('"User_id_seq"', max("id")) FROM "User"`)
}

async function repairIndexes(client: pg.Client): Promise<void> {
  await client.query(`SET lock_timeout = '${MAX_INDEX_WAIT_S}s'`)
  // Those that an interrupted repair has left: they would be built again beside the ones that they were to replace.
  const { rows } = await client.query<{ name: string }>(`
    SELECT "indexrelid"::regclass::text AS "name" FROM pg_index JOIN pg_class ON pg_class.oid = "indexrelid"
    WHERE "indrelid" = '"User"'::regclass AND NOT "indisvalid" AND "relname" ~ '_cc(new|old)\\d*$'`)
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`)
  await client.query('REINDEX TABLE CONCURRENTLY "User"')
}
