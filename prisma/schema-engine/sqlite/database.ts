import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter } from '@prisma/driver-adapter-utils'
import { EngineError, toEngineError } from '../engine-error.ts'

const BUSY_TIMEOUT_MS = 5_000

/** Opens the SQLite database in `file`, or `:memory:`, for the engine. */
export function createConnectionFactory(file: string): PrismaBetterSqlite3 {
  return new PrismaBetterSqlite3({ url: file, timeout: BUSY_TIMEOUT_MS })
}

/** Our own queries on the engine's connection. */
export class Database {
  readonly #execute: SqlDriverAdapter['executeScript']
  readonly #query: SqlDriverAdapter['queryRaw']

  constructor(connection: SqlDriverAdapter) {
    this.#execute = connection.executeScript.bind(connection)
    this.#query = connection.queryRaw.bind(connection)
  }

  /** The rows of `sql`, one SELECT statement. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const { columnNames, rows } = await this.#query({ sql, args: [], argTypes: [] })
    return rows.map((row) => Object.fromEntries(columnNames.map((name, index) => [name, row[index]])))
  }

  /**
   * Runs all of `script` or, when it fails, nothing, by SQLite's procedure for changing tables
   * (https://sqlite.org/lang_altertable.html#otheralter): foreign keys are checked once, before the commit.
   */
  async runAtomically(script: string): Promise<void> {
    await this.#execute('PRAGMA foreign_keys = OFF')
    try {
      await this.#execute('BEGIN IMMEDIATE')
      await this.#execute(script)
      const violations = await this.query('PRAGMA foreign_key_check')
      if (violations.length) throw new EngineError(`${violations.length} rows break a foreign key`)
      await this.#commit()
    } catch (error) {
      await this.#rollBack()
      if (!isRefusedInTransaction(error)) throw error
      await this.runAsItIs(script)
    } finally {
      await this.#execute('PRAGMA foreign_keys = ON')
    }
  }

  /** Runs `script` without a transaction, except those that it begins itself. */
  async runAsItIs(script: string): Promise<void> {
    await this.#execute(script)
  }

  async #commit(): Promise<void> {
    try {
      await this.#execute('COMMIT')
    } catch (error) {
      throw isWithoutTransaction(error) ? new EngineError('the script ends a transaction that it did not begin') : error
    }
  }

  async #rollBack(): Promise<void> {
    try {
      await this.#execute('ROLLBACK')
    } catch (error) {
      if (!isWithoutTransaction(error)) throw error
    }
  }
}

// BEGIN, VACUUM, PRAGMA journal_mode …: "cannot start a transaction within a transaction".
function isRefusedInTransaction(error: unknown): boolean {
  return /(within|inside) a transaction$/.test(toEngineError(error).message)
}

function isWithoutTransaction(error: unknown): boolean {
  return toEngineError(error).message.endsWith('no transaction is active')
}
