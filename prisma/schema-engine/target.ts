import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils'

/** The database that a command is about, of either engine. Errors are those of the driver, or EngineErrors. */
export type Target = {
  /** @throws EngineError with code P1003 when it does not exist, and any other error when it cannot be read. */
  check: () => Promise<void>
  create: () => Promise<void>
  drop: () => Promise<void>
  connect: () => Promise<Connection>
  /** For what needs no database, such as a comparison of two schemas. */
  connectToNone: () => Promise<SqlMigrationAwareDriverAdapterFactory>
}

export type Connection = {
  /** Gives the engine this connection and a shadow database; `runScript` runs the scripts of migrations. */
  factory: (runScript: (script: string) => Promise<void>) => SqlMigrationAwareDriverAdapterFactory
  /** The rows of one SELECT statement. */
  query: (sql: string) => Promise<Record<string, unknown>[]>
  /** Runs all of a script or, when it fails, nothing. */
  runAtomically: (script: string) => Promise<void>
  /** An error of the driver's kind, whose message the engine prints as it is. */
  error: (message: string) => Error
  hasMigrationsTable: () => Promise<boolean>
  createMigrationsTable: () => Promise<void>
  dropEverything: () => Promise<void>
}
