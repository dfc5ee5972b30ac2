import { randomUUID } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { errorMessage, OperatorError } from '../../errors.ts'
import { type Migration, readMigrations } from '../migration-files.ts'
import { CREATE_MIGRATIONS_TABLE } from './migrations-table.ts'
import { inTransaction } from './sqlite.ts'

const MIGRATIONS = new URL('../../../prisma/migrations/', import.meta.url)

/** The migrations of this release, oldest first. */
export function listMigrations(): Migration[] {
  return readMigrations(MIGRATIONS)
}

/**
 * The migrations that `database` lacks, oldest first: all of them when it is empty.
 * @throws OperatorError when it cannot be migrated: another program or a newer release created it, or a migration failed half-way.
 */
export function listPendingMigrations(database: DatabaseSync): Migration[] {
  const migrations = listMigrations()
  const known = new Set(migrations.map(({ name }) => name))
  const records = readRecords(database)
  if (!records.some(({ name }) => known.has(name))) expectEmpty(database)
  const failed = records.find((record) => !record.isFinished)
  if (failed)
    throw new OperatorError(
      `migration ${failed.name} failed in it, or is being applied by another process; wait for that, or see npx prisma migrate resolve --help`,
    )
  const applied = new Set(records.map(({ name }) => name))
  const unknown = applied.difference(known)
  if (unknown.size)
    throw new OperatorError(`it was migrated by a newer release (${[...unknown].join(', ')}); run that one, or restore an older backup`)
  return migrations.filter(({ name }) => !applied.has(name))
}

// `prisma migrate deploy` refuses such a database too (P3005): its content is not ours to change.
function expectEmpty(database: DatabaseSync): void {
  const tables = listTables(database)
  const [table] = tables
  if (table === undefined) return
  const people = tables.find((name) => name.toLowerCase() === 'user')
  throw new OperatorError(
    people === undefined
      ? `it belongs to another program: it has a table "${table}" and none of Roster's migrations; name another file in DATABASE_URL`
      : `it has a table "${people}" that Roster's migrations did not create (prisma db push or another program did); copy its people into a new database: see "People from another database" in docs/troubleshooting.md`,
  )
}

type ApplyOptions = {
  /** Called with a line before each step of a migration that takes long. */
  report?: (line: string) => void
  /** Keeps the indexes that the migrations drop: the statements of the previous release's workers name them. */
  keepIndexes?: boolean
}

// As Prisma writes it.
const DROP_INDEX = /^DROP INDEX "(\w+)";$/gm

/**
 * Applies all `migrations` to `database` or, when one fails, none.
 * @throws OperatorError naming the migration and SQLite's reason.
 */
export function applyMigrations(database: DatabaseSync, migrations: Migration[], options: ApplyOptions = {}): void {
  // SQLite's procedure for changing tables (https://sqlite.org/lang_altertable.html#otheralter): enforcement off, check before commit.
  // It has no effect within a transaction: a caller that begins one turns enforcement off before.
  database.exec('PRAGMA foreign_keys = OFF')
  let current = ''
  try {
    inTransaction(database, () => {
      database.exec(CREATE_MIGRATIONS_TABLE)
      for (const migration of migrations) {
        current = migration.name
        applyMigration(database, migration, options)
      }
    })
  } catch (error) {
    throw new OperatorError(`migration ${current} failed, nothing was changed: ${errorMessage(error)}`, { cause: error })
  }
  database.exec('PRAGMA foreign_keys = ON')
}

// A comment "-- Progress: …" in a migration begins a step of it.
function applyMigration(
  database: DatabaseSync,
  { name, sql, checksum }: Migration,
  { report = () => {}, keepIndexes = false }: ApplyOptions,
): void {
  const [first = '', ...steps] = (keepIndexes ? sql.replaceAll(DROP_INDEX, '') : sql).split(/^-- Progress: /m)
  database.exec(first)
  for (const [index, step] of steps.entries()) {
    report(`${step.slice(0, step.indexOf('\n'))} (step ${index + 1} of ${steps.length}) …`)
    database.exec(`-- ${step}`)
  }
  const violations = database.prepare('PRAGMA foreign_key_check').all()
  if (violations.length) throw new Error(`${violations.length} rows break a foreign key`)
  database
    .prepare(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count") VALUES (?, ?, ?, ?, ?, 1)`,
    )
    .run(randomUUID(), checksum, name, now(), now())
}

/** Drops the indexes that `applyMigrations` kept. */
export function dropKeptIndexes(database: DatabaseSync): void {
  const isThere = database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = ?`)
  for (const { sql } of listMigrations())
    for (const [, index = ''] of sql.matchAll(DROP_INDEX)) if (isThere.get(index)) database.exec(`DROP INDEX "${index}"`)
}

/**
 * Lists what differs in the schema of `database` from that of a new one with all migrations, as "index X is missing".
 * Prisma drops constraints that it does not know when it rewrites a table, so this compares the stored definitions word by word.
 */
export function listSchemaDifferences(database: DatabaseSync): string[] {
  expectedDefinitions ??= readExpectedDefinitions()
  const actual = new Map(readDefinitions(database).map(({ name, sql }) => [name, sql]))
  return expectedDefinitions
    .filter(({ name, sql }) => actual.get(name) !== sql)
    .map(({ type, name }) => `${type} ${name} ${actual.has(name) ? 'differs' : 'is missing'}`)
}

/** The statement that creates the table, index or trigger `name` in a new database with all migrations. */
export function readDefinition(name: string): string {
  using model = new DatabaseSync(':memory:')
  applyMigrations(model, listMigrations())
  return String(model.prepare('SELECT "sql" FROM sqlite_schema WHERE "name" = ?').get(name)?.sql)
}

type Definition = { type: string; name: string; sql: string }

// Cached: a server compares at each readiness check.
let expectedDefinitions: Definition[] | undefined

function readExpectedDefinitions(): Definition[] {
  using model = new DatabaseSync(':memory:')
  applyMigrations(model, listMigrations())
  return readDefinitions(model)
}

// The format in which Prisma's engine writes times through its SQLite adapters.
function now(): string {
  return new Date().toISOString().replace('Z', '+00:00')
}

/** The name of the newest migration in `database`, or null. */
export function findNewestMigration(database: DatabaseSync): string | null {
  const names = readRecords(database).flatMap(({ name, isFinished }) => (isFinished ? name : []))
  return names.sort().at(-1) ?? null
}

function readRecords(database: DatabaseSync): { name: string; isFinished: boolean }[] {
  if (!database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '_prisma_migrations'`).get()) return []
  return database
    .prepare(`SELECT migration_name, finished_at FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`)
    .all()
    .map((row) => ({ name: String(row.migration_name), isFinished: row.finished_at !== null }))
}

function listTables(database: DatabaseSync): string[] {
  return database
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> '_prisma_migrations'`,
    )
    .all()
    .map(({ name }) => String(name))
}

function readDefinitions(database: DatabaseSync): Definition[] {
  return database
    .prepare(`SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE '\\_prisma\\_%' ESCAPE '\\' ORDER BY name`)
    .all()
    .map(({ type, name, sql }) => ({ type: String(type), name: String(name), sql: normalise(String(sql)) }))
}

// ALTER TABLE … RENAME quotes names, and editors indent: neither changes the meaning of a definition.
function normalise(sql: string): string {
  return sql.replaceAll(/\s+/g, ' ').replaceAll('"', '').trim()
}
