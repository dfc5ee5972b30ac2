import { PrismaLibSql } from '@prisma/adapter-libsql'
import { databaseUrl } from '../database-url.ts'
import { EngineError, toEngineError } from './engine-error.ts'

export const BUSY_TIMEOUT_MS = 5_000

type Client = ReturnType<PrismaLibSql['createClient']>

/** A connection to a SQLite file, beside the one that the engine has. */
export class Database {
  readonly #client: Client

  constructor(file: string) {
    const config = { url: databaseUrl(file), timeout: BUSY_TIMEOUT_MS }
    this.#client = new PrismaLibSql(config).createClient(config)
  }

  /** The rows that `sql`, one statement, selects. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.#client.execute(sql)).rows
  }

  /**
   * Runs `script` as a whole or, when it fails, not at all, by SQLite's procedure for changing tables
   * (https://sqlite.org/lang_altertable.html#otheralter): foreign keys are not enforced meanwhile but checked before the commit.
   */
  async runAtomically(script: string): Promise<void> {
    await this.#client.execute('PRAGMA foreign_keys = OFF')
    const transaction = await this.#client.transaction('write') // takes this connection along: the next statement opens a new one
    try {
      await transaction.executeMultiple(script)
      if (transaction.closed) throw new EngineError('the script ends a transaction that it did not begin')
      const { rows } = await transaction.execute('PRAGMA foreign_key_check')
      if (rows.length) throw new EngineError(`${rows.length} rows break a foreign key`)
      await transaction.commit()
    } catch (error) {
      transaction.close()
      if (!isRefusedInTransaction(error)) throw error
      await this.runAsItIs(script)
    }
  }

  /** Runs `script` without a transaction other than those that it begins itself. */
  async runAsItIs(script: string): Promise<void> {
    await this.#client.executeMultiple(script)
  }

  close(): void {
    this.#client.close()
  }
}

// BEGIN, VACUUM, PRAGMA journal_mode …: "cannot start a transaction within a transaction".
function isRefusedInTransaction(error: unknown): boolean {
  return /(within|inside) a transaction$/.test(toEngineError(error).message)
}
