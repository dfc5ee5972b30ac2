import {
  bindMigrationAwareSqlAdapterFactory,
  DriverAdapterError,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { EngineError, toEngineError } from './engine-error.ts'
import { type Methods, print } from './rpc.ts'
import type { Connection, Target } from './target.ts'
import { callEngine, type EngineMethod, loadEngine } from './wasm.ts'

type Session = { engine: SchemaEngine; database: Connection }

const MIGRATION_FAILED =
  'A migration failed to apply. New migrations cannot be applied before the error is recovered from. ' +
  'Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve'

/** The methods of a schema engine that Prisma's CLI calls, for the database `findTarget()`. */
export function createMethods(findTarget: () => Target, readDatamodels: () => [string, string][]): Methods {
  let session: Promise<Session> | undefined
  const open = async () => {
    session ??= openSession(findTarget(), readDatamodels())
    return session
  }
  const passOn = (name: EngineMethod) => async (params: unknown) => callEngine((await open()).engine, name, params)
  return {
    applyMigrations: async (params) => applyMigrations(await open(), params),
    createDatabase: () => findTarget().create(),
    createMigration: passOn('createMigration'),
    dbExecute: passOn('dbExecute'),
    debugPanic: passOn('debugPanic'),
    devDiagnostic: passOn('devDiagnostic'),
    diagnoseMigrationHistory: async (params) => diagnoseMigrationHistory(await open(), params),
    diff: async (params) =>
      diff(isAboutDatabase(params) ? (await open()).engine : await createEngine(await findTarget().connectToNone(), []), params),
    ensureConnectionValidity: passOn('ensureConnectionValidity'),
    evaluateDataLoss: async (params) => evaluateDataLoss(await open(), params),
    getDatabaseVersion: passOn('version'),
    introspect: passOn('introspect'),
    introspectSql: passOn('introspectSql'),
    markMigrationApplied: async (params) => markMigrationApplied(await open(), params),
    markMigrationRolledBack: passOn('markMigrationRolledBack'),
    reset: async () => (await open()).database.dropEverything(),
    schemaPush: passOn('schemaPush'),
  }
}

async function openSession(target: Target, datamodels: [string, string][]): Promise<Session> {
  await target.check()
  const database = await target.connect()
  return {
    database,
    engine: await createEngine(
      database.factory((script) => applyMigration(database, script)),
      datamodels,
    ),
  }
}

async function createEngine(factory: SqlMigrationAwareDriverAdapterFactory, datamodels: [string, string][]): Promise<SchemaEngine> {
  const bound = bindMigrationAwareSqlAdapterFactory(factory)
  return loadEngine().SchemaEngine.new({ datamodels: datamodels.length ? datamodels : undefined }, () => {}, bound)
}

async function applyMigrations({ engine }: Session, params: unknown): Promise<unknown> {
  try {
    return await callEngine(engine, 'applyMigrations', params)
  } catch (error) {
    const { message } = toEngineError(error)
    // The engine puts words of its own before a message of PostgreSQL.
    const start = message.indexOf(MIGRATION_FAILED)
    throw start >= 0 ? new EngineError(message.slice(start), 'P3018') : error
  }
}

async function applyMigration(database: Connection, script: string): Promise<void> {
  try {
    await database.runAtomically(script)
  } catch (error) {
    const code = error instanceof DriverAdapterError ? `Database error code: ${error.cause.originalCode}\n\n` : ''
    const name = await findUnfinishedMigration(database)
    const message = `${MIGRATION_FAILED}\n\nMigration name: ${name}\n\n${code}Database error:\n${toEngineError(error).message}`
    throw database.error(message)
  }
}

async function diagnoseMigrationHistory({ engine, database }: Session, params: unknown): Promise<object> {
  const diagnosis = await callEngine(engine, 'diagnoseMigrationHistory', params)
  return { ...(isRecord(diagnosis) && diagnosis), hasMigrationsTable: await database.hasMigrationsTable() }
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
  await database.createMigrationsTable()
  return callEngine(engine, 'markMigrationApplied', params)
}

/** The name of the migration that was started and neither finished nor rolled back. */
async function findUnfinishedMigration(database: Connection): Promise<string> {
  const [record] = await database.query(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at DESC LIMIT 1',
  )
  return String(record?.migration_name)
}

function isAboutDatabase(params: unknown): boolean {
  return (
    isRecord(params) && [params.from, params.to].some((side) => isRecord(side) && (side.tag === 'schemaDatasource' || side.tag === 'url'))
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
