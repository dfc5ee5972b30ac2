import type pg from 'pg'
import { listMigrations } from './migrate.ts'

const CREATED =
  /^CREATE (?:OR REPLACE )?(?:UNIQUE )?(TABLE|INDEX|FUNCTION|TRIGGER) (?:IF NOT EXISTS )?"([^"]+)"|^\s+(CONSTRAINT) "([^"]+)"/gm
const DROPPED = /^DROP (TABLE|INDEX|FUNCTION|TRIGGER) (?:IF EXISTS )?"([^"]+)"|\bDROP (CONSTRAINT) (?:IF EXISTS )?"([^"]+)"/gm

/** An object that the migrations create, such as "index" and "User_age_id_idx". */
type SchemaObject = { kind: string; name: string }

/**
 * What keeps pages from being read in a migrated database, as "index X is missing": what the migrations created, and this role may read.
 * What a newer release has removed, after no supported one used it, is not missing.
 */
export async function listSchemaProblems(client: pg.Client): Promise<string[]> {
  objects ??= listObjects()
  const { rows } = await client.query<{ problem: string }>(
    `SELECT "kind" || ' ' || "name" || CASE WHEN "isThere" THEN ' may not be read by role ' || current_user ELSE ' is missing' END AS "problem"
     FROM (
       SELECT "kind", "name", to_regclass(quote_ident("name")) AS "relation", CASE "kind"
         WHEN 'index' THEN EXISTS (SELECT FROM pg_index WHERE "indexrelid" = to_regclass(quote_ident("name")) AND "indisvalid")
         WHEN 'function' THEN EXISTS (SELECT FROM pg_proc WHERE "proname" = "name" AND "pronamespace" = current_schema()::regnamespace)
         WHEN 'trigger' THEN EXISTS (SELECT FROM pg_trigger WHERE "tgname" = "name" AND "tgenabled" <> 'D')
         WHEN 'constraint' THEN EXISTS (SELECT FROM pg_constraint WHERE "conname" = "name")
         ELSE to_regclass(quote_ident("name")) IS NOT NULL
       END AS "isThere"
       FROM unnest($1::text[], $2::text[]) AS "Object" ("kind", "name")
     ) AS "Object"
     WHERE NOT ("isThere" OR EXISTS (
       SELECT FROM "_prisma_migrations" WHERE "migration_name" LIKE '%\\_contract\\_%' AND "migration_name" <> ALL ($3)
     )) OR ("kind" = 'table' AND NOT has_table_privilege("relation", 'SELECT'))`,
    [objects.map(({ kind }) => kind), objects.map(({ name }) => name), listMigrations().map(({ name }) => name)],
  )
  return rows.map(({ problem }) => problem)
}

// Cached: a server looks at each readiness check.
let objects: SchemaObject[] | undefined

function listObjects(): SchemaObject[] {
  const found = new Map<string, SchemaObject>()
  for (const { sql } of listMigrations()) {
    for (const object of findObjects(sql, DROPPED)) found.delete(`${object.kind} ${object.name}`)
    for (const object of findObjects(sql, CREATED)) found.set(`${object.kind} ${object.name}`, object)
  }
  return [...found.values()]
}

function findObjects(sql: string, pattern: RegExp): SchemaObject[] {
  return [...sql.matchAll(pattern)].map(([, kind, name, constraint, constraintName]) => ({
    kind: (kind ?? constraint ?? '').toLowerCase(),
    name: name ?? constraintName ?? '',
  }))
}
