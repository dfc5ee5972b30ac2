import { DriverAdapterError, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { createConnectionFactory } from './database.ts'
import { toEngineError } from './engine-error.ts'

/**
 * How the engine reaches the database behind `connection`, and a shadow in memory: as Prisma's native engine would.
 * `applyMigration` runs the scripts of migrations, which is all that the engine calls `executeScript` for.
 */
export function createAdapterFactory(
  connection: SqlDriverAdapter,
  applyMigration: (script: string) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: connection.provider,
    adapterName: connection.adapterName,
    connect: async () => Object.assign(adapt(connection), { executeScript: applyMigration }),
    connectToShadowDb: async () => adapt(await createConnectionFactory(':memory:').connect()),
  }
}

function adapt(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const { executeRaw, executeScript, queryRaw } = adapter
  return Object.assign<SqlDriverAdapter, Partial<SqlDriverAdapter>>(adapter, {
    // The engine sends whole scripts, of which a prepared statement would run the first statement only.
    async executeRaw(query) {
      // The engine's lock: nobody could migrate a database that is served, as a reader has it open. Each migration is a transaction anyway.
      if (query.sql === 'PRAGMA main.locking_mode=EXCLUSIVE') return 0
      try {
        if (query.args.length) return await executeRaw.call(adapter, query)
        await executeScript.call(adapter, query.sql)
        return 0
      } catch (error) {
        throw sqliteError(toEngineError(error).message)
      }
    },
    // Where there is no table of migrations, none has been applied; the engine makes the table before it writes.
    async queryRaw(query) {
      try {
        return await queryRaw.call(adapter, query)
      } catch (error) {
        const { message } = toEngineError(error)
        if (message === 'no such table: _prisma_migrations') return { columnNames: [], columnTypes: [], rows: [] }
        throw sqliteError(message)
      }
    },
  })
}

/** An error in the words of `message`: for a more specific one the engine would use, or lack, words of its own. */
export function sqliteError(message: string): DriverAdapterError {
  return new DriverAdapterError({ kind: 'sqlite', extendedCode: 1, message })
}
