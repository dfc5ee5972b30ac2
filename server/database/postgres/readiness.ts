import type pg from 'pg'
import { errorMessage } from '../../errors.ts'
import { withPostgres } from './connect.ts'
import { ConnectError } from './connect-error.ts'
import { findNewestMigration, readMigrationState } from './migrate.ts'
import { listSchemaProblems } from './schema-problems.ts'

// /readyz reports a server that hangs within three seconds.
const TIMEOUT_MS = 1_000
const CONNECTION = { name: 'readiness', connectTimeoutMs: TIMEOUT_MS, queryTimeoutMs: TIMEOUT_MS }

/** Why pages cannot be served, for the operator. `isRefused`: PostgreSQL does not let this role in, and waiting does not help. */
export type ReadinessProblem = { reason: string; isRefused: boolean }

/** Why pages cannot be served from the database at `url`; null when they can. */
export async function findReadinessProblem(url: string): Promise<ReadinessProblem | null> {
  try {
    const reason = await withPostgres(url, CONNECTION, readinessProblem)
    return reason === null ? null : { reason, isRefused: false }
  } catch (error) {
    if (error instanceof ConnectError) return { reason: error.message, isRefused: error.isRefused }
    return { reason: `the database cannot be read: ${errorMessage(error)}`, isRefused: false }
  }
}

/** The newest migration of the database at `url`, or null when it cannot be read. */
export async function readDatabaseVersion(url: string): Promise<string | null> {
  return withPostgres(url, CONNECTION, findNewestMigration).catch(() => null)
}

async function readinessProblem(client: pg.Client): Promise<string | null> {
  // Those of a newer release are no problem: nodes are upgraded one by one.
  const { pending } = await readMigrationState(client)
  if (pending.length > 0)
    return `the database lacks migrations (${pending.map(({ name }) => name).join(', ')}); run roster prepare as the role that owns it`
  const problems = await listSchemaProblems(client)
  return problems.length === 0 ? null : `the schema of the database does not match the migrations (${problems.join(', ')})`
}
