import { PrismaLibSql } from '@prisma/adapter-libsql'
import { DriverAdapterError, type SqlDriverAdapter, type SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import { BUSY_TIMEOUT_MS } from './database.ts'
import { toEngineError } from './engine-error.ts'

/**
 * How the engine reaches the database at `url`, and its shadow in memory: libSQL, made to behave like Prisma's native engine.
 * `applyMigration` runs the scripts of migrations, which is all that the engine calls `executeScript` for.
 */
export function createAdapterFactory(
  url: string,
  applyMigration: (script: string) => Promise<void>,
): SqlMigrationAwareDriverAdapterFactory {
  const libSql = new PrismaLibSql({ url, timeout: BUSY_TIMEOUT_MS })
  return {
    provider: libSql.provider,
    adapterName: libSql.adapterName,
    connect: async () => Object.assign(adapt(await libSql.connect()), { executeScript: applyMigration }),
    connectToShadowDb: async () => adapt(await libSql.connectToShadowDb()),
  }
}

function adapt(adapter: SqlDriverAdapter): SqlDriverAdapter {
  const { executeRaw, executeScript, queryRaw } = adapter
  return Object.assign<SqlDriverAdapter, Partial<SqlDriverAdapter>>(adapter, {
    // The engine sends whole scripts, of which a prepared statement would run the first statement only.
    async executeRaw(query) {
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
        if (error instanceof Error && error.message.endsWith('no such table: _prisma_migrations'))
          return { columnNames: [], columnTypes: [], rows: [] }
        throw sqliteError(toEngineError(error).message)
      }
    },
  })
}

/** An error in the words of `message`: for a more specific one the engine would use, or lack, words of its own. */
export function sqliteError(message: string): DriverAdapterError {
  return new DriverAdapterError({ kind: 'sqlite', extendedCode: 1, message })
}
