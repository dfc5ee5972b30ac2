import type pg from 'pg'
import packageJson from '../../../package.json' with { type: 'json' }
import { OperatorError } from '../../errors.ts'

// "20270301093000_contract_0_4_0_drop_city": releases before 0.4.0 use what it changes or removes. It is in the name because an older
// release has nothing but the name of a migration that it does not have itself.
const CONTRACT = /^\d+_contract_(\d+)_(\d+)_(\d+)_/

// As app/_models/postgres/database.ts names the connections of a web node.
const WEB_NODE = /^roster (\d+\.\d+\.\d+)$/

/** The oldest release that can serve a database with `migration`. Null: each can. */
export function oldestServingRelease(migration: string): string | null {
  return CONTRACT.exec(migration)?.slice(1).join('.') ?? null
}

/** Whether `release` can serve a database with `migration`, which may be newer than it. */
export function isServableBy(migration: string, release: string = packageJson.version): boolean {
  const oldest = oldestServingRelease(migration)
  return oldest === null || !isOlder(release, oldest)
}

/**
 * Looks for web nodes that could not serve the database after the migrations `pending`. PostgreSQL knows only those that are connected to
 * the primary, so that an operator has to confirm that there are no others (`isConfirmed`).
 * @throws OperatorError when there are any, or the confirmation is missing.
 */
export async function expectNodesToSurvive(client: pg.Client, pending: string[], isConfirmed: boolean): Promise<void> {
  const contracts = pending.flatMap((migration) => {
    const oldest = oldestServingRelease(migration)
    return oldest === null ? [] : [{ migration, oldest }]
  })
  if (contracts.length === 0) return
  const oldest = contracts.map((contract) => contract.oldest).reduce((newest, release) => (isOlder(newest, release) ? release : newest))
  const reason = `${contracts.map(({ migration }) => migration).join(', ')} would break web nodes of releases before ${oldest}`
  const tooOld = (await listConnectedReleases(client)).filter((release) => isOlder(release, oldest))
  if (tooOld.length > 0)
    throw new OperatorError(`${reason}, and nodes of release ${tooOld.join(', ')} are connected; upgrade or stop them, then try again`)
  if (!isConfirmed)
    throw new OperatorError(
      `${reason}; none is connected to this server, but standbys may have some: when all nodes have ${oldest} or newer, run roster prepare --contract`,
    )
}

async function listConnectedReleases(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT DISTINCT application_name AS "name" FROM pg_stat_activity WHERE datname = current_database() ORDER BY 1`,
  )
  return rows.flatMap(({ name }) => WEB_NODE.exec(name)?.[1] ?? [])
}

function isOlder(release: string, other: string): boolean {
  return release.localeCompare(other, 'en', { numeric: true }) < 0
}
