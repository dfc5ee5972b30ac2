import { randomUUID } from 'node:crypto'
import { PrismaPg } from '@prisma/adapter-pg'
import {
  ColumnTypeEnum,
  DriverAdapterError,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlResultSet,
} from '@prisma/driver-adapter-utils'
import pg from 'pg'
import { createDatabaseSql, maintenanceUrl } from '../../../server/database/postgres/create-database.ts'
import { CREATE_MIGRATIONS_TABLE } from '../../../server/database/postgres/migrations-table.ts'
import { connectionOptions } from '../../postgres/connection-options.ts'
import { explainFault } from '../../postgres/explain-fault.ts'
import { EngineError } from '../engine-error.ts'
import type { Connection, Target } from '../target.ts'

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const NO_SUCH_DATABASE = '3D000'

/** The PostgreSQL database at `url`. */
export function postgresTarget(url: string): Target {
  const name = connectionOptions(url).database
  return {
    check: () => checkDatabase(url, name),
    create: () => withClient(maintenanceUrl(url), createDatabaseSql(name)),
    drop: () => withClient(maintenanceUrl(url), `DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)}`),
    connect: () => connect(url),
    connectToNone: async () => adapterFactory(url, async () => {}),
  }
}

async function connect(url: string): Promise<Connection> {
  const client = new pg.Client(connectionOptions(url))
  await client.connect()
  const run = (script: string) => runScript(client, script)
  return {
    factory: (runScript) => adapterFactory(url, runScript),
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    runAtomically: run,
    error: postgresError,
    hasMigrationsTable: async () => (await client.query(`SELECT 1 WHERE to_regclass('_prisma_migrations') IS NOT NULL`)).rowCount === 1,
    createMigrationsTable: () => run(CREATE_MIGRATIONS_TABLE),
    dropEverything: () => run('DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public'),
  }
}

function adapterFactory(url: string, runScript: (script: string) => Promise<void>): SqlMigrationAwareDriverAdapterFactory {
  const factory = createFactory(url)
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => adapt(await factory.connect(), runScript),
    connectToShadowDb: () => connectToShadow(url),
  }
}

function createFactory(url: string): PrismaPg {
  // One connection: the engine's lock is a session's.
  const pool = new pg.Pool({ ...connectionOptions(url), max: 1 })
  const query = pool.query.bind(pool)
  return new PrismaPg(Object.assign(pool, { query: async (config: pg.QueryConfig) => markCharacters(await query(config)) }), {
    disposeExternalPool: true,
  })
}

// Columns of the catalog are of a type of one byte, "char", which Prisma's adapter knows in arrays only. The engine reads no such arrays.
const CHAR_ARRAY_TYPE = 1002

function markCharacters(result: pg.QueryResult): pg.QueryResult {
  for (const field of result.fields ?? []) if (field.dataTypeID === pg.types.builtins.CHAR) field.dataTypeID = CHAR_ARRAY_TYPE
  return result
}

function withCharacters(result: SqlResultSet): SqlResultSet {
  const { CharacterArray, Character } = ColumnTypeEnum
  return { ...result, columnTypes: result.columnTypes.map((type) => (type === CharacterArray ? Character : type)) }
}

function adapt(adapter: SqlDriverAdapter, executeScript: (script: string) => Promise<void>): SqlDriverAdapter {
  const queryRaw = adapter.queryRaw.bind(adapter)
  return Object.assign<SqlDriverAdapter, Partial<SqlDriverAdapter>>(adapter, {
    // Prisma's adapter would send the statements of a script one by one, and take each semicolon within a function for the end of one.
    executeScript,
    queryRaw: async (query) => withCharacters(await queryRaw(query)),
  })
}

/** A database of its own, gone when it is disposed of. That of Prisma's adapter would be the real one: an address in a URL wins. */
async function connectToShadow(url: string): Promise<SqlDriverAdapter> {
  const shadow = new URL(url)
  shadow.pathname = `prisma_migrate_shadow_db_${randomUUID()}`
  const target = postgresTarget(shadow.href)
  await target.create()
  const adapter = await createFactory(shadow.href).connect()
  const dispose = adapter.dispose.bind(adapter)
  return Object.assign(
    adapt(adapter, (script) => runScript(adapter.underlyingDriver(), script)),
    {
      dispose: async () => {
        await dispose()
        await target.drop()
      },
    },
  )
}

/** Sends all statements of a script in one message: they are one transaction, unless they begin some themselves. */
async function runScript(connection: pg.Client | pg.Pool, script: string): Promise<void> {
  try {
    await connection.query(script)
  } catch (error) {
    throw error instanceof pg.DatabaseError ? postgresError(error.message, error.code) : error
  }
}

/** An error whose message the engine prints. */
function postgresError(message: string, code = 'XX000'): DriverAdapterError {
  const unknown = { detail: undefined, column: undefined, hint: undefined }
  return new DriverAdapterError({
    ...{ kind: 'postgres', originalCode: code, originalMessage: message, code, severity: 'ERROR', message },
    ...unknown,
  })
}

async function checkDatabase(url: string, name: string): Promise<void> {
  try {
    await withClient(url, 'SELECT 1')
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NO_SUCH_DATABASE)
      throw new EngineError(`Database \`${name}\` does not exist`, 'P1003')
    throw new EngineError(`Cannot reach the database \`${name}\`: ${explainFault(error)}`, 'P1001')
  }
}

async function withClient(url: string, sql: string): Promise<void> {
  const client = new pg.Client(connectionOptions(url))
  try {
    await client.connect()
    await client.query(sql)
  } finally {
    await client.end()
  }
}
