import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { readConnectionOptions } from '../database/postgres/connect.ts'
import { findReadinessProblem, type ReadinessProblem, readDatabaseVersion } from '../database/postgres/readiness.ts'
import { OperatorError } from '../errors.ts'
import type { ServedDatabase } from './served-database.ts'

const CHECK_EVERY_MS = 1_000

/** The PostgreSQL database that is served. Other programs look after it: here it is only read, and it may come later than this process. */
export class DatabaseServer implements ServedDatabase {
  readonly #url: string
  readonly #log: Logger
  /** The check that is under way, for all who want to know. */
  #check: Promise<ReadinessProblem | null> | undefined

  constructor(url: string, log: Logger) {
    this.#url = url
    this.#log = log
  }

  /** A node starts in whichever order: without its database it serves 503. It ends if the address, the role or the password is wrong. */
  async expectReady(): Promise<void> {
    readConnectionOptions(this.#url)
    const problem = await this.#findProblem()
    if (problem?.isRefused) throw new OperatorError(problem.reason)
    if (problem !== null) void this.#waitUntilReady(problem.reason)
  }

  watch(): void {}

  check(): void {}

  async readinessProblem(): Promise<string | null> {
    return (await this.#findProblem())?.reason ?? null
  }

  readVersion(): Promise<string | null> {
    return readDatabaseVersion(this.#url)
  }

  leave(): void {}

  async #waitUntilReady(reason: string): Promise<void> {
    let logged: string | null = null
    for (let next: string | null = reason; next !== null; next = await this.readinessProblem()) {
      if (next !== logged) this.#log.warn(`Pages cannot be served yet: ${next}`)
      logged = next
      await wait(CHECK_EVERY_MS, undefined, { ref: false })
    }
    this.#log.info('The database is there: pages can be served')
  }

  #findProblem(): Promise<ReadinessProblem | null> {
    this.#check ??= findReadinessProblem(this.#url).finally(() => {
      this.#check = undefined
    })
    return this.#check
  }
}
