import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { constraintMessage } from '../database/constraint-message.ts'
import { PEOPLE_CHECKS, SCHEMA_CHECKS } from '../database/postgres/check.ts'
import { connectPostgres, withPostgres } from '../database/postgres/connect.ts'
import { ConnectError } from '../database/postgres/connect-error.ts'
import { connectForWriting, explainWriteError } from '../database/postgres/connect-for-writing.ts'
import { readMigrationState } from '../database/postgres/migrate.ts'
import { prepareDatabase } from '../database/postgres/prepare.ts'
import { refreshStatistics } from '../database/postgres/seed.ts'
import { describeDatabase } from '../database/url.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { toLine } from './digest.ts'
import type { PeopleDatabase, PersonRow } from './people-database.ts'

const CONNECTION = { name: 'move' }

const MAX_ID = 2 ** 31 - 1

// PostgreSQL itself has checked each row and made its keys: to do so again takes as long as to copy it.
const CHECKS = [...SCHEMA_CHECKS, ...PEOPLE_CHECKS.filter(({ repair }) => repair === 'counts')]

/**
 * Opens the PostgreSQL database at `url` to read it.
 * @throws OperatorError when it cannot be reached, or lacks migrations.
 */
export async function openPostgresSource(url: string): Promise<PeopleDatabase> {
  const client = await connectPostgres(url, CONNECTION)
  const people = new PostgresPeople(url, client)
  try {
    const { pending } = await readMigrationState(client)
    if (pending.length > 0) throw new OperatorError(`The database ${people.name} lacks migrations; apply them with roster prepare`)
    // What protects a server from its visitors.
    await client.query('SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0')
    return people
  } catch (error) {
    await people[Symbol.asyncDispose]()
    throw error
  }
}

/**
 * Opens the PostgreSQL database at `url` to write to it; a missing or empty one is created without people.
 * @throws OperatorError when it cannot be used, or lacks migrations.
 */
export async function openPostgresTarget(url: string, report: (line: string) => void): Promise<PeopleDatabase> {
  // An unfinished move has left a database with people, whose schema is not that of the migrations yet.
  if (await isNew(url)) await prepareDatabase(url, { seed: 'none', report })
  try {
    return new PostgresPeople(url, await connectForWriting(url, CONNECTION.name))
  } catch (error) {
    throw explainWriteError(error, url, 'changed')
  }
}

async function isNew(url: string): Promise<boolean> {
  try {
    return await withPostgres(url, CONNECTION, async (client) => (await readMigrationState(client)).isEmpty)
  } catch (error) {
    if (error instanceof ConnectError && error.isDatabaseMissing) return true
    throw error
  }
}

class PostgresPeople implements PeopleDatabase {
  readonly name: string
  readonly #client: pg.Client

  constructor(url: string, client: pg.Client) {
    this.name = describeDatabase({ engine: 'postgres', url })
    this.#client = client
  }

  async beginReading() {
    await this.#query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  }

  async endReading() {
    await this.#query('COMMIT')
  }

  async listPeople(after: number, limit: number) {
    return this.#query<PersonRow>('SELECT "id", "username", "email", "age" FROM "User" WHERE "id" > $1 ORDER BY "id" LIMIT $2', [
      after,
      limit,
    ])
  }

  // Null for a role that may only read the tables, and for a sequence that was never used. Ids go on after the largest one then.
  async findLastId() {
    const rows = await this.#query<[number | null]>(
      `SELECT "last_value"::float8 FROM pg_sequences WHERE "schemaname" = current_schema() AND "sequencename" = 'User_id_seq'`,
    )
    return rows[0]?.[0] ?? 0
  }

  // PostgreSQL checks the rows that are there when a constraint is added.
  async listRefusedPeople() {
    return []
  }

  // Row by row, the index of the search takes as long as all else together. The comment of the table keeps what makes it.
  async prepareForMany() {
    const indexes = await this.#query<[name: string, statements: string]>(`
      SELECT "Index"."oid"::regclass::text, concat_ws('; ', pg_get_indexdef("Index"."oid"), (
        SELECT string_agg(format('ALTER INDEX %s ALTER COLUMN %s SET STATISTICS %s', "Index"."oid"::regclass, "attnum", "attstattarget"), '; ')
        FROM pg_attribute WHERE "attrelid" = "Index"."oid" AND "attstattarget" > 0
      ))
      FROM pg_index JOIN pg_class AS "Index" ON "Index"."oid" = "indexrelid" JOIN pg_am ON pg_am."oid" = "Index"."relam"
      WHERE "indrelid" = '"User"'::regclass AND "amname" = 'gin'`)
    if (indexes.length === 0) return
    const comment = this.#client.escapeLiteral(indexes.map(([, statements]) => statements).join('; '))
    await this.#query(`${indexes.map(([name]) => `DROP INDEX ${name}`).join('; ')}; COMMENT ON TABLE "User" IS ${comment}`)
  }

  async addPeople(people: PersonRow[]) {
    await this.#run(() =>
      pipeline(
        Readable.from([people.map(toLine).join('')]),
        this.#client.query(copyFrom('COPY "User" ("id", "username", "email", "age") FROM STDIN')),
      ),
    )
  }

  async removePeople(ids: number[]) {
    await this.#query('DELETE FROM "User" WHERE "id" = ANY($1::int[])', [ids])
  }

  async finishWriting(lastId: number) {
    const rows = await this.#query<[string | null]>(`SELECT obj_description('"User"'::regclass)`)
    const statements = rows[0]?.[0] ?? null
    if (statements !== null) await this.#query(`${statements}; COMMENT ON TABLE "User" IS NULL`)
    if (lastId > 0 && lastId < MAX_ID)
      await this.#query(`SELECT setval('"User_id_seq"', $1) FROM "User_id_seq" WHERE "last_value" < $1`, [lastId])
    await this.#run(() => refreshStatistics(this.#client))
  }

  async findProblem(pause: () => Promise<void>) {
    for (const check of CHECKS) {
      const problem = await this.#run(() => check.findProblem(this.#client))
      if (problem !== null) return `${check.name}: ${problem}`
      await pause()
    }
    return null
  }

  async [Symbol.asyncDispose]() {
    await this.#client.end().catch(() => {})
  }

  #query<Row extends unknown[]>(text: string, values: unknown[] = []): Promise<Row[]> {
    return this.#run(async () => (await this.#client.query<Row>({ text, values, rowMode: 'array' })).rows)
  }

  /** Runs `work`, and explains its error, unless that is about a person who breaks a constraint. */
  async #run<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (constraintMessage(error) !== null) throw error
      throw new OperatorError(`The people cannot be moved: ${this.name}: ${errorMessage(error)}; run the same command again to continue`, {
        cause: error,
      })
    }
  }
}
