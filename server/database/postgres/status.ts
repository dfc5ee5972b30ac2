import type pg from 'pg'
import { OperatorError } from '../../errors.ts'
import { withPostgres } from './connect.ts'
import { listMigrations, readMigrationState } from './migrate.ts'
import { readRole } from './role.ts'
import { listSchemaProblems } from './schema-problems.ts'
import { countPeople } from './seed.ts'

type ServerState = { version: string; isStandby: boolean; isReceiving: boolean; lagBytes: number | null; lagSeconds: number | null }

/**
 * Prints the state of the PostgreSQL database at `url`, line by line, each with its name.
 * @throws ConnectError when it cannot be reached, OperatorError when this release cannot serve it.
 */
export async function printPostgresStatus(url: string, print: (name: string, value: string) => void): Promise<void> {
  await withPostgres(url, { name: 'status' }, async (client) => {
    print('Server', await describeServer(client))
    print('Role', await describeRole(client))
    const { pending, unknown } = await readMigrationState(client)
    const migrations = listMigrations()
    if (pending.length < migrations.length) print('People', (await countPeople(client)).toLocaleString('en'))
    const newer = unknown.length > 0 ? `, and ${unknown.length} of a newer release (${unknown.join(', ')})` : ''
    print('Migrations', `${migrations.length - pending.length} of ${migrations.length} applied${newer}`)
    if (pending.length > 0) {
      print('Pending', pending.map(({ name }) => name).join(', '))
      throw new OperatorError('it lacks migrations; apply them with roster prepare, as the role that owns it')
    }
    const problems = await listSchemaProblems(client)
    print('Schema', problems.length === 0 ? 'matches the migrations' : problems.join(', '))
    if (problems.length > 0)
      throw new OperatorError('its schema does not match the migrations; restore a backup, or grant SELECT on its tables')
  })
}

/** Such as "PostgreSQL 15.14, standby, 12,000 bytes behind what it has received (0.2 s)". */
async function describeServer(client: pg.Client): Promise<string> {
  const { rows } = await client.query<ServerState>(`
    SELECT split_part(current_setting('server_version'), ' ', 1) AS "version", pg_is_in_recovery() AS "isStandby",
      EXISTS (SELECT FROM pg_stat_wal_receiver) AS "isReceiving",
      CASE WHEN pg_is_in_recovery() THEN pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::float8 END AS "lagBytes",
      CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 END AS "lagSeconds"`)
  const [state] = rows
  if (state === undefined) throw new Error('PostgreSQL does not answer what it is')
  return `PostgreSQL ${state.version}, ${state.isStandby ? describeStandby(state) : 'primary'}`
}

function describeStandby({ isReceiving, lagBytes, lagSeconds }: ServerState): string {
  if (!isReceiving) return 'standby that receives nothing from its primary'
  if (lagBytes === null || lagBytes <= 0) return 'standby, not behind what it has received'
  return `standby, ${lagBytes.toLocaleString('en')} bytes behind what it has received${lagSeconds === null ? '' : ` (${lagSeconds.toFixed(1)} s)`}`
}

async function describeRole(client: pg.Client): Promise<string> {
  const { name, isStandby, isReadOnly, isOwner, isWriter, owner } = await readRole(client)
  if (isStandby) return `${name}, may only read: the server is a standby`
  if (isReadOnly) return `${name}, may only read`
  if (isOwner) return `${name}, may write and migrate`
  return `${name}, may ${isWriter ? 'write' : 'only read'}; "${owner}" may migrate`
}
