import 'server-only'
import { PrismaPg } from '@prisma/adapter-pg'
import { type Prisma, PrismaClient } from '../../../prisma/postgres/generated/client.ts'

// A worker serves its pages side by side: while one waits for PostgreSQL, others use the processor.
const CONNECTIONS = 4
const CONNECT_TIMEOUT_MS = 2_000

// A page of the list that would take longer is too broad.
const STATEMENT_TIMEOUT_MS = 400
const LONG_STATEMENT_TIMEOUT_MS = 30_000

// What a page asks for is short: compiling it or starting processes for it takes longer than running it. Indexes are in memory.
const SETTINGS = {
  default_transaction_read_only: 'on',
  statement_timeout: STATEMENT_TIMEOUT_MS,
  jit: 'off',
  max_parallel_workers_per_gather: 0,
  random_page_cost: 1.1,
}

declare global {
  var rosterPostgres: PrismaClient | undefined
}

let client: PrismaClient | undefined

/** The process's connections to the database at `DATABASE_URL`. They only read. */
export function database(): PrismaClient {
  client ??= globalThis.rosterPostgres ?? connectDatabase(process.env.DATABASE_URL)
  // `next dev` loads this module again after each change of a file; each copy would open connections of its own.
  if (process.env.NODE_ENV === 'development') globalThis.rosterPostgres = client
  return client
}

function connectDatabase(connectionString = ''): PrismaClient {
  const options = Object.entries(SETTINGS).map(([name, value]) => `-c ${name}=${value}`)
  return new PrismaClient({
    adapter: new PrismaPg({
      ...{ connectionString, max: CONNECTIONS, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, keepAlive: true, application_name: 'roster' },
      options: options.join(' '),
    }),
  })
}

/**
 * The version of the database as this process sees it: which transactions it sees, and of which server. Two reads with the same version
 * before and after them have seen the same people.
 */
export async function readDataVersion(): Promise<string> {
  const [row] = await database().$queryRaw<{ version: string }[]>`
    SELECT pg_current_snapshot()::text || ' ' || pg_postmaster_start_time()::text AS "version"`
  return row?.version ?? ''
}

/** As `$queryRaw`, for a statement that may take longer than a page waits: a count of all, or a part of a whole list. */
export async function queryPatiently<Row>(statement: Prisma.Sql): Promise<Row[]> {
  const [, rows] = await database().$transaction([
    database().$executeRaw`SELECT set_config('statement_timeout', ${String(LONG_STATEMENT_TIMEOUT_MS)}, true)`,
    database().$queryRaw<Row[]>(statement),
  ])
  return rows
}

/** Whether a statement has been stopped because it took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && /\b57014\b/.test(error.message)
}
