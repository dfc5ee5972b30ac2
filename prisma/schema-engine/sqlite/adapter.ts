import { DriverAdapterError, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { toEngineError } from '../engine-error.ts'
import { createConnectionFactory } from './database.ts'

/**
 * Gives the engine the database behind `connection`, and a shadow database in memory, as Prisma's native engine uses them.
 * `applyMigration` runs the scripts of migrations, the only ones for which the engine calls `executeScript`.
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
    // The engine sends whole scripts; a prepared statement would run only their first statement.
    async executeRaw(query) {
      // With the engine's lock, no database that a server has open could be migrated. Each migration is a transaction anyway.
      if (query.sql === 'PRAGMA main.locking_mode=EXCLUSIVE') return 0
      try {
        if (query.args.length) return await executeRaw.call(adapter, query)
        await executeScript.call(adapter, query.sql)
        return 0
      } catch (error) {
        throw sqliteError(toEngineError(error).message)
      }
    },
    // Without a table of migrations, none has been applied; the engine creates it before it writes.
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

/** An error with `message`; for a more specific kind, the engine would print its own text or none. */
export function sqliteError(message: string): DriverAdapterError {
  return new DriverAdapterError({ kind: 'sqlite', extendedCode: 1, message })
}
