import { AsyncLocalStorage } from 'node:async_hooks'
import pg from 'pg'
import packageJson from '../../../package.json' with { type: 'json' }
import { connectionOptions } from '../../../prisma/postgres/connection-options.ts'
import { isLost, toConnectFault } from './faults.ts'
import { ReadConnection } from './read-connection.ts'
import { Turns } from './turns.ts'

// Of each worker. While one page waits for PostgreSQL, others use the processor.
const CONNECTIONS = 4

// A visitor waits at most for a turn, for a connection, and for an answer: less than 3 seconds when PostgreSQL hangs.
const CONNECT_TIMEOUT_MS = 1_000

// After a failover, a proxy leads new connections to another server.
const CONNECTION_LIFETIME_SECONDS = 60

// A page of the list that takes longer is too broad.
const STATEMENT_TIMEOUT_MS = 400

type ReadOptions = { statementTimeoutMs?: number }

/** What has been read, and the version of the database that all of it has, or an older one; empty when it has not one. */
export type Reading<Result> = { result: Result; version: string }

const current = new AsyncLocalStorage<ReadConnection>()

/** Reads from the PostgreSQL database at a URL, and cannot write. */
export class Readings {
  readonly #options: pg.PoolConfig
  readonly #turns = new Turns(CONNECTIONS)
  #pool: pg.Pool

  constructor(url: string) {
    this.#options = {
      ...connectionOptions(url),
      // By the release `roster prepare` knows which nodes a migration would break (server/database/postgres/contract-migrations.ts).
      application_name: `roster ${packageJson.version}`,
      max: CONNECTIONS,
      maxLifetimeSeconds: CONNECTION_LIFETIME_SECONDS,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    }
    this.#pool = this.#openPool()
  }

  /**
   * Reads what `work` queries, in one transaction. When the connection is lost, `work` runs once more, on a new one. Within another `read`, it
   * is a part of that.
   * @throws DatabaseUnavailableError when the database cannot be read, BusyError when too much is being read, or what `work` throws.
   */
  async read<Result>(
    work: () => Promise<Result>,
    { statementTimeoutMs = STATEMENT_TIMEOUT_MS }: ReadOptions = {},
  ): Promise<Reading<Result>> {
    const running = current.getStore()
    if (running) return { result: await work(), version: running.version }
    return this.#connect(statementTimeoutMs, async (connection) => {
      await connection.begin()
      const result = await current.run(connection, async () => await work())
      return { result, version: connection.version }
    })
  }

  /** Another one after each commit, on each server, and after each start of a server. */
  readVersion(): Promise<string> {
    return this.#connect(STATEMENT_TIMEOUT_MS, (connection) => connection.readVersion())
  }

  /** Runs a statement of Prisma's client in the reading that it belongs to, or in one of its own. */
  async query(statement: pg.QueryConfig): Promise<pg.QueryResult> {
    const running = current.getStore()
    if (running) return running.query(statement)
    return (await this.read(() => this.query(statement))).result
  }

  end(): Promise<void> {
    return this.#pool.end()
  }

  async #connect<Result>(statementTimeoutMs: number, use: (connection: ReadConnection) => Promise<Result>): Promise<Result> {
    try {
      return await this.#connectOnce(statementTimeoutMs, use)
    } catch (error) {
      if (isLost(error)) return this.#connectOnce(statementTimeoutMs, use)
      throw error
    }
  }

  async #connectOnce<Result>(statementTimeoutMs: number, use: (connection: ReadConnection) => Promise<Result>): Promise<Result> {
    const leave = await this.#turns.take()
    const pool = this.#pool
    let connection: ReadConnection | undefined
    try {
      connection = new ReadConnection(await pool.connect().catch(throwFault), statementTimeoutMs)
      return await use(connection)
    } catch (error) {
      // The server's other connections are probably lost, too.
      if (isLost(error) && this.#pool === pool) this.#replacePool()
      throw error
    } finally {
      // Not awaited: what has been read need not wait for the end of the transaction.
      void (connection?.end() ?? Promise.resolve(false)).then(leave)
    }
  }

  #replacePool(): void {
    const old = this.#pool
    this.#pool = this.#openPool()
    // Once all who have just asked it for a connection have one, or none: it would forget them. Those in use end when they are given back.
    setTimeout(() => void old.end(), CONNECT_TIMEOUT_MS)
  }

  #openPool(): pg.Pool {
    const pool = new pg.Pool(this.#options)
    // A connection that is lost fails the statement that it runs, if any. Without listeners, it would end this process.
    pool.on('error', () => {})
    pool.on('connect', (client) => client.on('error', () => {}))
    return pool
  }
}

function throwFault(error: unknown): never {
  throw toConnectFault(error)
}
