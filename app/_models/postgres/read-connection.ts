import type pg from 'pg'
import { DatabaseUnavailableError, toFault } from './faults.ts'

// PostgreSQL ends a statement by itself, but not when it hangs.
const ANSWER_TIMEOUT_MS = 600

// What is read for a page is short: compiling it or starting processes for it takes longer than running it. Indexes are in memory.
const SETTINGS = { jit: 'off', max_parallel_workers_per_gather: 0, random_page_cost: 1.1 }

/**
 * Which server, since when it runs, and which transactions can be seen there. A standby does not list those that are open, so that its place
 * in the log has to be added while there are some.
 */
const VERSION = `concat_ws(' ', inet_server_addr(), inet_server_port(), extract(epoch FROM pg_postmaster_start_time()), "seen",
  CASE WHEN pg_is_in_recovery() AND pg_snapshot_xmin("seen") < pg_snapshot_xmax("seen") THEN pg_last_wal_replay_lsn() END
) AS "version" FROM pg_current_snapshot() AS "seen"`

/** A connection while one reading has it: what that queries is of one server, within the same limits. */
export class ReadConnection {
  readonly #client: pg.PoolClient
  readonly #statementTimeoutMs: number
  #transaction: 'none' | 'open' | 'failed' = 'none'
  #fault: unknown = null
  #version = ''
  /** The statement that runs: they take turns. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(client: pg.PoolClient, statementTimeoutMs: number) {
    this.#client = client
    this.#statementTimeoutMs = statementTimeoutMs
  }

  /** The version of all that has been read since `begin`, or an older one; empty when there is not one of all. */
  get version(): string {
    return this.#version
  }

  /** Begins a transaction. Settings of the session are none of ours: pgbouncer gives it to others. */
  async begin(): Promise<void> {
    // In one statement, as the driver takes its time for each.
    const settings = Object.entries({ ...SETTINGS, statement_timeout: this.#statementTimeoutMs }).map(
      ([name, value]) => `set_config('${name}', '${value}', true)`,
    )
    const isFirst = this.#transaction === 'none'
    const version = await this.#sendForVersion(
      [...(isFirst ? [] : ['ROLLBACK']), 'BEGIN READ ONLY', `SELECT ${settings}, ${VERSION}`].join('; '),
    )
    this.#transaction = 'open'
    this.#version = isFirst || version === this.#version ? version : ''
  }

  /** The version of the database, outside of a transaction. */
  readVersion(): Promise<string> {
    return this.#sendForVersion(`SELECT ${VERSION}`)
  }

  query(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const result = this.#last.then(async () => {
      // PostgreSQL runs nothing more in a transaction in which a statement has failed.
      if (this.#transaction === 'failed') await this.begin()
      return this.#send(statement)
    })
    this.#last = result.catch(() => {})
    return result
  }

  /** Ends the transaction and gives the connection back. Returns whether PostgreSQL has answered all the time. */
  async end(): Promise<boolean> {
    await this.#last
    if (this.#transaction !== 'none') await this.#send({ text: 'COMMIT' }).catch(() => {})
    this.#client.release(this.#fault !== null)
    return this.#fault === null
  }

  async #sendForVersion(text: string): Promise<string> {
    // The driver has an array for several statements, the last of which is the version.
    const results = [await this.#send({ text })].flat()
    return String(results.at(-1)?.rows[0]?.version)
  }

  async #send(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    if (this.#fault !== null) throw this.#fault
    const start = performance.now()
    const limited = { ...statement, query_timeout: this.#statementTimeoutMs + ANSWER_TIMEOUT_MS }
    try {
      return await this.#client.query(limited)
    } catch (error) {
      const fault = toFault(error, performance.now() - start >= this.#statementTimeoutMs)
      if (fault instanceof DatabaseUnavailableError && fault.kind !== 'slow') this.#fault = fault
      if (this.#transaction === 'open') this.#transaction = 'failed'
      throw fault
    }
  }
}
