import { rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { createDatabaseFile } from '../../../server/database/sqlite/file-checks.ts'
import { CREATE_MIGRATIONS_TABLE } from '../../../server/database/sqlite/migrations-table.ts'
import { EngineError, toEngineError } from '../engine-error.ts'
import type { Connection, Target } from '../target.ts'
import { createAdapterFactory, sqliteError } from './adapter.ts'
import { createConnectionFactory, Database } from './database.ts'
import { dropEverything } from './drop-everything.ts'

/** The SQLite database in `file`. */
export function sqliteTarget(file: string): Target {
  return {
    check: () => checkDatabase(file),
    create: async () => createDatabaseFile(file),
    drop: async () => dropDatabase(file),
    connect: () => connect(file),
    connectToNone: async () => createAdapterFactory(await createConnectionFactory(':memory:').connect(), async () => {}),
  }
}

async function connect(file: string): Promise<Connection> {
  const connection = await createConnectionFactory(file).connect()
  const database = new Database(connection)
  return {
    factory: (runScript) => createAdapterFactory(connection, runScript),
    query: (sql) => database.query(sql),
    runAtomically: (script) => database.runAtomically(script),
    error: sqliteError,
    hasMigrationsTable: async () => (await database.query(`SELECT 1 FROM sqlite_schema WHERE name = '_prisma_migrations'`)).length > 0,
    createMigrationsTable: () => database.runAsItIs(CREATE_MIGRATIONS_TABLE),
    dropEverything: () => dropEverything(database),
  }
}

async function checkDatabase(file: string): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })) throw new EngineError(`Database \`${basename(file)}\` does not exist`, 'P1003')
  try {
    const connection = await createConnectionFactory(file).connect()
    await new Database(connection).query('PRAGMA schema_version')
    await connection.dispose()
  } catch (error) {
    throw new EngineError(`${toEngineError(error).message}: ${file}`)
  }
}

function dropDatabase(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}
