import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { errorMessage, OperatorError } from '../../errors.ts'
import { type Migration, readMigrations } from '../migration-files.ts'
import { isServableBy } from './contract-migrations.ts'
import { CREATE_MIGRATIONS_TABLE } from './migrations-table.ts'

const MIGRATIONS = new URL('../../../prisma/postgres/migrations/', import.meta.url)

export type MigrationState = {
  /** What the database lacks of this release's migrations, oldest first. */
  pending: Migration[]
  /** The names of migrations that this release does not have: those of a newer one, after which this one still works. */
  unknown: string[]
  /** Whether there is nothing in the database yet. */
  isEmpty: boolean
}

/** The migrations of this release, oldest first. */
export function listMigrations(): Migration[] {
  return readMigrations(MIGRATIONS)
}

/**
 * Which migrations the database has.
 * @throws OperatorError when another program created it, a migration failed half-way, or a newer release has removed what this one uses.
 */
export async function readMigrationState(client: pg.Client): Promise<MigrationState> {
  const migrations = listMigrations()
  const known = new Set(migrations.map(({ name }) => name))
  // Before the records: of a database that another process creates in between, there would be tables and no records.
  const table = await findTable(client)
  const records = await readRecords(client)
  // `prisma migrate deploy` refuses such a database too (P3005): its content is not ours to change.
  if (table !== null && !records.some(({ name }) => known.has(name)))
    throw new OperatorError(
      `it belongs to another program: it has a table "${table}" and none of Roster's migrations; name another database in DATABASE_URL`,
    )
  const failed = records.find(({ isFinished }) => !isFinished)
  if (failed)
    throw new OperatorError(
      `migration ${failed.name} failed in it, or is being applied by another process; wait for that, or see npx prisma migrate resolve --help`,
    )
  const applied = new Set(records.map(({ name }) => name))
  const unknown = [...applied.difference(known)]
  const removing = unknown.filter((name) => !isServableBy(name))
  if (removing.length > 0) throw new OperatorError(`a newer release has removed what this one uses (${removing.join(', ')}); run that one`)
  return {
    pending: migrations.filter(({ name }) => !applied.has(name)),
    unknown,
    isEmpty: applied.size === 0,
  }
}

/** The name of the newest migration in the database, or null. */
export async function findNewestMigration(client: pg.Client): Promise<string | null> {
  const names = (await readRecords(client)).flatMap(({ name, isFinished }) => (isFinished ? name : []))
  return names.sort().at(-1) ?? null
}

/**
 * Applies all `migrations`. The caller has begun a transaction, and ends it: all are applied, or none.
 * @throws OperatorError naming the migration and PostgreSQL's reason.
 */
export async function applyMigrations(client: pg.Client, migrations: Migration[]): Promise<void> {
  await client.query(CREATE_MIGRATIONS_TABLE)
  for (const { name, sql, checksum } of migrations) {
    try {
      // In one message: PostgreSQL itself finds the ends of the statements.
      await client.query(sql)
    } catch (error) {
      throw new OperatorError(`migration ${name} failed, nothing was changed: ${errorMessage(error)}`, { cause: error })
    }
    // Each at its own time: Prisma reads them in this order.
    await client.query(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
       VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
  }
}

/** The name of a table or view in the database, or null. Those of extensions do not count. */
async function findTable(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT "relname" AS "name" FROM pg_class
    WHERE "relnamespace" = current_schema()::regnamespace AND "relkind" IN ('r', 'p', 'v', 'm', 'f') AND "relname" <> '_prisma_migrations'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE "classid" = 'pg_class'::regclass AND "objid" = pg_class.oid AND "deptype" = 'e')
    ORDER BY "relname" LIMIT 1`)
  return rows[0]?.name ?? null
}

async function readRecords(client: pg.Client): Promise<{ name: string; isFinished: boolean }[]> {
  const { rowCount } = await client.query(`SELECT 1 WHERE to_regclass('"_prisma_migrations"') IS NOT NULL`)
  if (rowCount === 0) return []
  const { rows } = await client.query<{ name: string; isFinished: boolean }>(
    `SELECT "migration_name" AS "name", "finished_at" IS NOT NULL AS "isFinished"
     FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL ORDER BY "started_at"`,
  )
  return rows
}
