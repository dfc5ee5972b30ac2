import pg from 'pg'
import { errorMessage, OperatorError } from '../../errors.ts'
import type { Settings } from '../../settings.ts'
import { describeDatabase } from '../url.ts'
import { ConnectError } from './connect-error.ts'
import { expectNodesToSurvive } from './contract-migrations.ts'
import { connectOrCreate, createDatabaseSql } from './create-database.ts'
import { applyMigrations, type MigrationState, readMigrationState } from './migrate.ts'
import { type Role, readRole } from './role.ts'
import { listSchemaProblems } from './schema-problems.ts'
import { countPeople, fillUp, refreshStatistics, seedSamplePeople } from './seed.ts'

// As on SQLite: another node may be loading people or building an index.
const MAX_WAIT_MS = 10 * 60_000

// That of Prisma's own engine: `npx prisma migrate deploy` and a start wait for each other.
const MIGRATION_LOCK = 72_707_369

// A change of a table waits for its readers, and all later readers wait behind it.
const MAX_TABLE_WAIT_MS = 2_000

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const LOCK_NOT_AVAILABLE = '55P03'
const NO_PERMISSION = '42501'

type PrepareOptions = {
  /** The people in a new database. */
  seed?: Settings['seed']
  /** Called before each step that takes time. */
  report?: (line: string) => void
  /** Whether the operator has confirmed that no web nodes run which pending migrations would break. */
  isContractConfirmed?: boolean
  /** How long to wait for another process that prepares the database. */
  maxWaitMs?: number
}

type Work = Required<PrepareOptions> & { name: string }

/**
 * Makes the PostgreSQL database at `url` one that this release can serve, and counts the people in it: creates it when it does not exist,
 * fills an empty one with `seed`, and applies pending migrations. When several processes prepare the same database, one does it and the
 * others wait. A role that may only read can prepare a database in which there is nothing left to do.
 * @throws OperatorError when it cannot be used; nothing in it is changed then.
 */
export async function prepareDatabase(
  url: string,
  { seed = 'samples', report = console.log, isContractConfirmed = false, maxWaitMs = MAX_WAIT_MS }: PrepareOptions = {},
): Promise<{ people: number }> {
  const name = describeDatabase({ engine: 'postgres', url })
  try {
    const client = await connectOrCreate(url, 'prepare')
    try {
      const { pending } = await readMigrationState(client)
      if (pending.length > 0) await migrate(client, { name, seed, report, isContractConfirmed, maxWaitMs })
      await expectSchema(client)
      return { people: await countPeople(client) }
    } finally {
      await client.end()
    }
  } catch (error) {
    if (error instanceof ConnectError) throw error
    throw new OperatorError(`The database ${name} cannot be used: ${errorMessage(error)}`)
  }
}

/** In one transaction: when this process dies, or anything fails, PostgreSQL undoes everything. */
async function migrate(client: pg.Client, work: Work): Promise<void> {
  const role = await readRole(client)
  expectOwner(role)
  await client.query('BEGIN')
  try {
    // A limit that the role has for its statements is meant for pages.
    await client.query('SET LOCAL statement_timeout = 0')
    await lock(client, work)
    // Again: another process may have applied them since.
    const state = await readMigrationState(client)
    if (state.pending.length > 0) await applyPending(client, state, work)
    await client.query('COMMIT')
    if (state.pending.length > 0) await refreshStatistics(client)
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {})
    throw explain(error, role)
  }
}

async function applyPending(client: pg.Client, { pending, unknown, isEmpty }: MigrationState, work: Work): Promise<void> {
  const { name, seed, report, isContractConfirmed } = work
  const names = pending.map((migration) => migration.name)
  if (unknown.length > 0)
    throw new OperatorError(
      `it has migrations of a newer release (${unknown.join(', ')}) and lacks ${names.join(', ')}; prepare it with the newest release`,
    )
  if (isEmpty) await expectLocale(client)
  else await expectNodesToSurvive(client, names, isContractConfirmed)
  report(isEmpty ? `Creating ${name} …` : `Applying ${names.join(', ')} …`)
  await applyMigrations(client, pending)
  if (isEmpty) await addPeople(client, seed)
  await expectSchema(client)
}

async function lock(client: pg.Client, { name, report, maxWaitMs }: Work): Promise<void> {
  const { rows } = await client.query<{ isFree: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS "isFree"', [MIGRATION_LOCK])
  if (rows[0]?.isFree === false) {
    report(`Another process is preparing ${name}; waiting for it to finish …`)
    await client.query(`SET LOCAL lock_timeout = ${maxWaitMs}`)
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    } catch (error) {
      if (!isCode(error, LOCK_NOT_AVAILABLE)) throw error
      throw new OperatorError(
        `another process has been preparing it for ${maxWaitMs / 1_000} seconds; pg_stat_activity names it: stop it, and start again`,
      )
    }
  }
  await client.query(`SET LOCAL lock_timeout = ${MAX_TABLE_WAIT_MS}`)
}

function expectOwner({ name, owner, isStandby, isReadOnly, isOwner }: Role): void {
  if (isStandby)
    throw new OperatorError('it lacks migrations, and this server is a standby; run roster prepare with the address of the primary')
  if (isReadOnly || !isOwner)
    throw new OperatorError(
      `it lacks migrations, and role "${name}" may not apply them; run roster prepare with the address of role "${owner}" in DATABASE_URL`,
    )
}

// Keys are compared by their bytes, whatever the locale is. But without a locale that knows letters, pg_trgm takes those beyond ASCII for spaces.
async function expectLocale(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ encoding: string; characters: string }>(`
    SELECT pg_encoding_to_char("encoding") AS "encoding", "datctype" AS "characters" FROM pg_database WHERE "datname" = current_database()`)
  const { encoding, characters = '' } = rows[0] ?? {}
  if (encoding === 'UTF8' && !/^(C|POSIX)$/.test(characters)) return
  throw new OperatorError(
    `it has the encoding ${encoding} and LC_CTYPE ${characters}, and must have UTF8 and a locale of UTF-8, so that all letters can be searched; drop it, and roster prepare creates it, or create it by: ${createDatabaseSql(client.database ?? '')}`,
  )
}

async function addPeople(client: pg.Client, seed: Settings['seed']): Promise<void> {
  if (seed === 'samples') await seedSamplePeople(client)
  else if (seed !== 'none') for await (const _ of fillUp(client, seed));
}

async function expectSchema(client: pg.Client): Promise<void> {
  const problems = await listSchemaProblems(client)
  if (problems.length > 0)
    throw new OperatorError(
      `its schema does not match the migrations (${problems.join(', ')}); restore a backup, or see npx prisma migrate diff --help`,
    )
}

function explain(error: unknown, { name, owner }: Role): unknown {
  const cause = error instanceof OperatorError ? error.cause : error
  if (isCode(cause, LOCK_NOT_AVAILABLE))
    return new OperatorError(
      `other sessions have been using its tables for more than ${MAX_TABLE_WAIT_MS / 1_000} seconds, nothing was changed; pg_stat_activity names them: run roster prepare again when they have ended`,
    )
  if (isCode(cause, NO_PERMISSION))
    return new OperatorError(
      `role "${name}" lacks a permission, nothing was changed: ${errorMessage(error)}; run roster prepare as role "${owner}" or a superuser`,
    )
  return error
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof pg.DatabaseError && error.code === code
}
