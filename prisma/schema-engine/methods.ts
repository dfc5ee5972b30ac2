import { bindMigrationAwareSqlAdapterFactory, DriverAdapterError, type SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { createDatabaseFile } from '../../server/database/create-file.ts'
import { CREATE_MIGRATIONS_TABLE } from '../../server/database/migrations-table.ts'
import { createAdapterFactory, sqliteError } from './adapter.ts'
import { createConnectionFactory, Database } from './database.ts'
import { checkDatabase } from './database-commands.ts'
import { dropEverything } from './drop-everything.ts'
import { EngineError, toEngineError } from './engine-error.ts'
import { findUnfinishedMigration, hasMigrationsTable } from './migrations-table.ts'
import { type Methods, print } from './rpc.ts'
import { callEngine, type EngineMethod, loadEngine } from './wasm.ts'

type Session = { engine: SchemaEngine; database: Database }

const MIGRATION_FAILED =
  'A migration failed to apply. New migrations cannot be applied before the error is recovered from. ' +
  'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve'

/** What Prisma's CLI may ask of a schema engine, on the SQLite file that `findFile` names. */
export function createMethods(findFile: () => string, readDatamodels: () => [string, string][]): Methods {
  let session: Promise<Session> | undefined
  const open = async () => {
    session ??= openSession(findFile(), readDatamodels())
    return session
  }
  const passOn = (name: EngineMethod) => async (params: unknown) => callEngine((await open()).engine, name, params)
  return {
    applyMigrations: async (params) => applyMigrations(await open(), params),
    createDatabase: async () => createDatabaseFile(findFile()),
    createMigration: passOn('createMigration'),
    dbExecute: passOn('dbExecute'),
    debugPanic: passOn('debugPanic'),
    devDiagnostic: passOn('devDiagnostic'),
    diagnoseMigrationHistory: async (params) => diagnoseMigrationHistory(await open(), params),
    diff: async (params) => diff(isAboutDatabase(params) ? (await open()).engine : await createEngineWithoutDatabase(), params),
    ensureConnectionValidity: passOn('ensureConnectionValidity'),
    evaluateDataLoss: async (params) => evaluateDataLoss(await open(), params),
    getDatabaseVersion: passOn('version'),
    introspect: passOn('introspect'),
    introspectSql: passOn('introspectSql'),
    markMigrationApplied: async (params) => markMigrationApplied(await open(), params),
    markMigrationRolledBack: passOn('markMigrationRolledBack'),
    reset: async () => dropEverything((await open()).database),
    schemaPush: passOn('schemaPush'),
  }
}

async function openSession(file: string, datamodels: [string, string][]): Promise<Session> {
  await checkDatabase(file)
  const connection = await createConnectionFactory(file).connect()
  const database = new Database(connection)
  return { database, engine: await createEngine(connection, datamodels, (script) => applyMigration(database, script)) }
}

async function createEngineWithoutDatabase(): Promise<SchemaEngine> {
  return createEngine(await createConnectionFactory(':memory:').connect(), [], async () => {})
}

async function createEngine(
  connection: SqlDriverAdapter,
  datamodels: [string, string][],
  applyMigration: (script: string) => Promise<void>,
): Promise<SchemaEngine> {
  const factory = bindMigrationAwareSqlAdapterFactory(createAdapterFactory(connection, applyMigration))
  return loadEngine().SchemaEngine.new({ datamodels: datamodels.length ? datamodels : undefined }, () => {}, factory)
}

async function applyMigrations({ engine }: Session, params: unknown): Promise<unknown> {
  try {
    return await callEngine(engine, 'applyMigrations', params)
  } catch (error) {
    const { message } = toEngineError(error)
    throw message.startsWith(MIGRATION_FAILED) ? new EngineError(message, 'P3018') : error
  }
}

async function applyMigration(database: Database, script: string): Promise<void> {
  try {
    await database.runAtomically(script)
  } catch (error) {
    const code = error instanceof DriverAdapterError ? `Database error code: ${error.cause.originalCode}\n\n` : ''
    const name = await findUnfinishedMigration(database)
    const message = `${MIGRATION_FAILED}\n\nMigration name: ${name}\n\n${code}Database error:\n${toEngineError(error).message}`
    throw sqliteError(message)
  }
}

async function diagnoseMigrationHistory({ engine, database }: Session, params: unknown): Promise<object> {
  const diagnosis = await callEngine(engine, 'diagnoseMigrationHistory', params)
  return { ...(isRecord(diagnosis) && diagnosis), hasMigrationsTable: await hasMigrationsTable(database) }
}

async function diff(engine: SchemaEngine, params: unknown): Promise<object> {
  const result = await callEngine(engine, 'diff', params)
  if (!isRecord(result)) return {}
  if (typeof result.stdout === 'string') print(result.stdout)
  return { exitCode: result.exitCode }
}

// The engine gives only devDiagnostic a shadow database; the schema that it finds there is kept for evaluateDataLoss and createMigration.
async function evaluateDataLoss({ engine }: Session, params: unknown): Promise<unknown> {
  await callEngine(engine, 'devDiagnostic', params)
  return callEngine(engine, 'evaluateDataLoss', params)
}

async function markMigrationApplied({ engine, database }: Session, params: unknown): Promise<unknown> {
  await database.runAsItIs(CREATE_MIGRATIONS_TABLE)
  return callEngine(engine, 'markMigrationApplied', params)
}

function isAboutDatabase(params: unknown): boolean {
  return (
    isRecord(params) && [params.from, params.to].some((side) => isRecord(side) && (side.tag === 'schemaDatasource' || side.tag === 'url'))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
