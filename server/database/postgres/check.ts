// What `roster check` looks at: each check is a name, a function that returns what is wrong, or null, and the ways to repair that.
import type pg from 'pg'
import { describeIds } from '../../format.ts'
import { createBrokenConstraint } from './broken-constraints.ts'
import { listSchemaProblems } from './schema-problems.ts'
import { countPeople } from './seed.ts'

const MAX_LISTED_AGES = 10
const UNKNOWN_AGE = -1

// Looking up everybody would take as long as an import.
const LOOKED_UP_PEOPLE = 200

// The expressions of the two search indexes.
const SEARCHED_TEXTS = [`"usernameKey" || E'\\t' || "emailKey"`, '"usernameKey"']

export type Check = {
  name: string
  findProblem: (client: pg.Client) => Promise<string | null>
  /** What makes it anew from the people; null where nothing can. */
  repair: Repair | null
}

/** In the order in which they are made: indexes come from the keys, and are built without keeping anyone from reading or writing. */
export const REPAIRS = ['keys', 'counts', 'next id', 'indexes'] as const
export type Repair = (typeof REPAIRS)[number]

/** Without a problem of these, the database can have the others. */
export const SCHEMA_CHECKS: Check[] = [
  { name: 'Indexes', findProblem: invalidIndexProblem, repair: 'indexes' },
  { name: 'Schema', findProblem: schemaProblem, repair: null },
]

/** Those that read all blocks, by the extension amcheck. */
export const BLOCK_CHECKS: Check[] = [
  { name: 'Structure', findProblem: structureProblem, repair: null },
  { name: 'Sorted lists', findProblem: sortedListProblem, repair: 'indexes' },
]

export const PEOPLE_CHECKS: Check[] = [
  { name: 'Folded names', findProblem: keyProblem, repair: 'keys' },
  { name: 'Search index', findProblem: searchProblem, repair: 'indexes' },
  { name: 'Ages', findProblem: ageProblem, repair: 'counts' },
  { name: 'Next id', findProblem: nextIdProblem, repair: 'next id' },
  { name: 'Constraints', findProblem: constraintProblem, repair: null },
]

/** Whether the extension amcheck is there for this role. */
export async function isAmcheckUsable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ isUsable: boolean }>(`
    SELECT count(*) = 2 AS "isUsable" FROM unnest(ARRAY['bt_index_check(regclass,boolean)',
      'verify_heapam(regclass,boolean,boolean,text,bigint,bigint)']) AS "name"
    WHERE has_function_privilege(to_regprocedure("name"), 'EXECUTE')`)
  return rows[0]?.isUsable ?? false
}

/** The folded names of these people are not what they would be if they were written now. */
export const HAS_WRONG_KEY = `"usernameKey" <> "fold_text"("username") OR "emailKey" <> "fold_text"("email")`

// An index that could not be built to its end, such as by a repair that was interrupted.
async function invalidIndexProblem(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT "indexrelid"::regclass::text AS "name" FROM pg_index
    WHERE "indrelid" = to_regclass('"User"') AND NOT ("indisvalid" AND "indisready" AND "indislive") ORDER BY 1`)
  return rows.length === 0 ? null : `are not complete: ${rows.map(({ name }) => name).join(', ')}`
}

async function schemaProblem(client: pg.Client): Promise<string | null> {
  const problems = await listSchemaProblems(client)
  return problems.length === 0 ? null : `does not match the migrations (${problems.join(', ')}); restore a backup`
}

async function structureProblem(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ place: string }>(`
    SELECT 'block ' || "blkno" || ': ' || "msg" AS "place" FROM verify_heapam('"User"', on_error_stop => true) LIMIT 3`)
  return rows.length === 0 ? null : rows.map(({ place }) => place).join('; ')
}

async function sortedListProblem(client: pg.Client): Promise<string | null> {
  await client.query(`
    SELECT bt_index_check("indexrelid", true) FROM pg_index JOIN pg_class ON pg_class.oid = "indexrelid" JOIN pg_am ON pg_am.oid = "relam"
    WHERE "indrelid" = '"User"'::regclass AND "amname" = 'btree'`)
  return null
}

async function keyProblem(client: pg.Client): Promise<string | null> {
  const ids = await listIds(client, `SELECT "id" FROM "User" WHERE ${HAS_WRONG_KEY} ORDER BY "id"`)
  return ids.length === 0 ? null : `differ from the names of ${describeIds(ids)}`
}

/** Whether some people, other ones each time, are found by their own name and email. */
async function searchProblem(client: pg.Client): Promise<string | null> {
  const share = Math.min(100, (LOOKED_UP_PEOPLE * 100) / Math.max(1, await countPeople(client)))
  const lost = new Set<number>()
  await client.query('BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off')
  try {
    for (const text of SEARCHED_TEXTS) {
      const ids = await listIds(
        client,
        `SELECT "id" FROM (SELECT "id", ${text} AS "text" FROM "User" TABLESAMPLE BERNOULLI (${share})) AS "Sample"
         WHERE "id" NOT IN (SELECT "id" FROM "User" WHERE (${text}) LIKE '%' || regexp_replace("text", '[\\\\%_]', '\\\\\\&', 'g') || '%' OFFSET 0)`,
      )
      for (const id of ids) lost.add(id)
    }
  } finally {
    await client.query('ROLLBACK')
  }
  return lost.size === 0 ? null : `does not find ${describeIds([...lost].sort((a, b) => a - b))}`
}

async function ageProblem(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ age: number }>(`
    SELECT "age" FROM (SELECT coalesce("age", ${UNKNOWN_AGE}) AS "age", count(*) AS "people" FROM "User" GROUP BY 1) AS "Actual"
    FULL JOIN (SELECT "age", sum("people") AS "people" FROM "UserAgeCount" GROUP BY 1 HAVING sum("people") <> 0) AS "Counted" USING ("age")
    WHERE "Actual"."people" IS DISTINCT FROM "Counted"."people" ORDER BY "age"`)
  if (rows.length === 0) return null
  const names = rows.slice(0, MAX_LISTED_AGES).map(({ age }) => (age === UNKNOWN_AGE ? 'unknown' : age))
  return `counted wrongly: ${names.join(', ')}${rows.length > MAX_LISTED_AGES ? ', …' : ''}`
}

// Logical replication and some copies bring the people, and not the sequence.
async function nextIdProblem(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ next: number; last: number }>(`
    SELECT ("last_value" + "is_called"::int)::float8 AS "next", (SELECT max("id") FROM "User") AS "last" FROM "User_id_seq"`)
  const { next = 0, last = 0 } = rows[0] ?? {}
  return last !== null && next <= last && next < 2 ** 31 ? `is ${next}, and there are ids up to ${last}` : null
}

async function constraintProblem(client: pg.Client): Promise<string | null> {
  await createBrokenConstraint(client)
  const { rows } = await client.query<{ sentence: string; ids: number[] }>(`
    SELECT "sentence", array_agg("id" ORDER BY "id") AS "ids"
    FROM (SELECT "id", pg_temp."broken_constraint"("id", "username", "email", "age") AS "sentence" FROM "User") AS "Person"
    WHERE "sentence" IS NOT NULL GROUP BY 1 ORDER BY 1`)
  return rows.length === 0 ? null : `${rows.map(({ sentence, ids }) => `${describeIds(ids)}: ${sentence}`).join('; ')}; correct it`
}

async function listIds(client: pg.Client, query: string): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(query)
  return rows.map(({ id }) => id)
}
