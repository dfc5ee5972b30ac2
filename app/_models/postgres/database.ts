import 'server-only'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { type Prisma, PrismaClient } from '../../../prisma/postgres/generated/client.ts'
import { type Reading, Readings } from './readings.ts'

// For a count of all, or a part of a whole list.
const LONG_STATEMENT_TIMEOUT_MS = 30_000

/** The process's way to PostgreSQL. `client` queries by `readings`. */
type Database = { readings: Readings; client: PrismaClient }

declare global {
  var rosterPostgres: Database | undefined
}

let opened: Database | undefined

/**
 * Prisma's client for the database at `DATABASE_URL`. It only reads. Do not use `findUnique` or `$transaction`: Prisma joins what several
 * readings look up in one tick, and transactions are those of `readAtVersion`.
 */
export function database(): PrismaClient {
  return openDatabase().client
}

/** What `work` reads, all of it from one server: see Readings. */
export function readAtVersion<Result>(work: () => Promise<Result>): Promise<Reading<Result>> {
  return openDatabase().readings.read(work)
}

/** The version of the database as one of its servers sees it: see Readings. */
export function readDataVersion(): Promise<string> {
  return openDatabase().readings.readVersion()
}

/** As `$queryRaw`, for a statement that may take longer than a page waits: a count of all, or a part of a whole list. */
export async function queryPatiently<Row>(statement: Prisma.Sql): Promise<Row[]> {
  const { readings, client } = openDatabase()
  const { result } = await readings.read(() => client.$queryRaw<Row[]>(statement), { statementTimeoutMs: LONG_STATEMENT_TIMEOUT_MS })
  return result
}

function openDatabase(): Database {
  opened ??= globalThis.rosterPostgres ?? connectDatabase(process.env.DATABASE_URL)
  // `next dev` loads this module again after each change of a file; each copy would open connections of its own.
  if (process.env.NODE_ENV === 'development') globalThis.rosterPostgres = opened
  return opened
}

function connectDatabase(url = ''): Database {
  const readings = new Readings(url)
  // Prisma's adapter takes a pool, of which it uses these alone.
  const pool = Object.assign(new pg.Pool(), {
    query: (statement: pg.QueryConfig) => readings.query(statement),
    connect: () => Promise.reject(new Error('Transactions are those of readAtVersion')),
    end: () => readings.end(),
  })
  return { readings, client: new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) }) }
}
