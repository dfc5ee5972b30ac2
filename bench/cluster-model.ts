// `npm run bench:cluster-model [-- --database FILE --postgres URL]`: the model on SQLite beside PostgreSQL, and what a page costs, on a million
// people. Needs a build, and PostgreSQL: without a URL, it starts a server of its own. One that is named must run on this machine.
// Over 200 lines: a quarter of it is the list of cases.
import { type ChildProcess, fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { SORTS, type UserListQuery, userListHref, userProfileHref } from '../app/_models/user-list-query.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'
import { PostgresServer } from '../tests/fixtures/postgres-server.ts'
import { RosterProcess } from '../tests/fixtures/roster-process.ts'
import type { Calls, CallTimes } from './model-calls.ts'

const PEOPLE = 1_000_000
const ROUNDS = 3
const CALLS = 5
const WARMING_CALLS = 500
const PAGES_PER_ROUND = 100
const RESULTS = join(ROOT, 'bench/cluster-model.md')

// More than the 128 MB of PostgreSQL's own default, which are for machines of long ago.
const POSTGRES_SETTINGS = ['shared_buffers=1GB', 'max_wal_size=4GB']

// Linux counts processor time in these, on every machine.
const TICK_MS = 10

const ALL: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }
const ORDERS = SORTS.flatMap((sort) => (['asc', 'desc'] as const).map((dir) => ({ sort, dir })))
// Those of other scripts are at one end.
const BY_NAME = ORDERS.filter(({ sort }) => sort === 'username')
const RANKED = { sort: null, dir: 'asc' } as const

/** `mostMs` is what issue 18 asks of PostgreSQL. */
type Case = { name: string; query: UserListQuery; mostMs: number }

const CASES: Case[] = [
  ...inOrders('everybody, first', {}, ORDERS, 10),
  ...inOrders('everybody, page 10,000', { page: 10_000 }, ORDERS, 60),
  ...inOrders('ages 30 to 60, page 5,000', { age_min: 30, age_max: 60, page: 5_000 }, [{ sort: 'username', dir: 'asc' }], 60),
  ...inOrders('rare word', { q: 'feather' }, [RANKED], 10),
  ...inOrders('exact name', { q: 'becker.hassan8' }, [RANKED], 10),
  ...inOrders('exact email', { q: 'hassan.becker8@example.org' }, [RANKED], 10),
  ...inOrders('no match', { q: 'qqqzzz' }, [RANKED], 10),
  ...inOrders('an email that nobody has', { q: 'anna.maria99@example.com' }, [RANKED], 10),
  ...inOrders('maria', { q: 'maria' }, [RANKED, ...ORDERS], 120),
  ...inOrders('ski', { q: 'ski' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('example', { q: 'example' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('two names', { q: 'hassan becker' }, [RANKED], 120),
  ...inOrders('name and domain', { q: 'hassan example.org' }, [RANKED], 120),
  ...inOrders('two common words', { q: 'maria example' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('one letter', { q: 'a' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('one letter, page 200', { q: 'a', page: 200 }, [RANKED], 120),
  ...inOrders('two letters', { q: 'an' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('Han character of 3 %', { q: '明' }, [RANKED, ...BY_NAME], 120),
  ...inOrders('accented name', { q: 'Jürgen' }, [RANKED], 120),
  ...inOrders('no letter or digit', { q: '%_%' }, [RANKED], 400),
]

const PAGES: { name: string; path: (number: number) => string }[] = [
  { name: 'profile', path: (number) => userProfileHref(1 + ((number * 7_919) % PEOPLE)) },
  { name: 'list, the first 250 pages of each order', path: (number) => userListHref({ ...ORDERS[number % 8], page: 1 + (number >> 3) }) },
]

type Engine = { name: string; url: string }

const { values } = parseArgs({ options: { database: { type: 'string' }, postgres: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
const server = values.postgres === undefined ? await PostgresServer.start(POSTGRES_SETTINGS) : null
try {
  const sqlite = { name: 'SQLite', url: databaseUrl(values.database ?? join(folder, 'roster.db')) }
  const postgres = { name: 'PostgreSQL', url: values.postgres ?? server?.url('roster') ?? '' }
  for (const { url } of [sqlite, postgres])
    for (const command of [['prepare'], ['seed', '--count', String(PEOPLE)]]) runRoster(url, command)
  const table = [await describe(postgres), await measureModel([sqlite, postgres]), await measurePages(sqlite, postgres)].join('\n')
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  await server?.stop()
  rmSync(folder, { recursive: true })
}

function inOrders(name: string, query: Partial<UserListQuery>, orders: Pick<UserListQuery, 'sort' | 'dir'>[], mostMs: number): Case[] {
  return orders.map((order) => ({
    name: `${name}, ${order.sort === null ? 'by relevance' : `by ${order.sort} ${order.dir}`}`,
    query: { ...ALL, ...query, ...order },
    mostMs,
  }))
}

function runRoster(url: string, command: string[]): void {
  const { status } = spawnSync('node', ['server/roster.ts', ...command], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url, SEED: 'none' },
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`roster ${command.join(' ')} has failed`)
}

async function queryPostgres<Row extends pg.QueryResultRow>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

async function describe({ url }: Engine): Promise<string> {
  const [about] = await queryPostgres<{ version: string; buffers: string }>(
    url,
    `SELECT current_setting('server_version') AS "version", current_setting('shared_buffers') AS "buffers"`,
  )
  const sizes = await queryPostgres<{ name: string; megabytes: number }>(
    url,
    `SELECT relname AS "name", round(pg_relation_size(oid) / 1e6)::float8 AS "megabytes" FROM pg_class
     WHERE relname LIKE 'User%' AND pg_relation_size(oid) > 1e6 ORDER BY 2 DESC`,
  )
  return [
    '# One page on PostgreSQL, beside SQLite',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, PostgreSQL ${about?.version} with ${about?.buffers} of shared buffers.`,
    `\`npm run bench:cluster-model\`: ${PEOPLE.toLocaleString('en')} people, one call at a time, both engines in turn, ${ROUNDS} rounds. "Asked" is the most`,
    'that issue 18 asks of PostgreSQL. Machines differ, and this one is shared: compare columns, not runs.',
    '',
    `Megabytes in PostgreSQL: ${sizes.map(({ name, megabytes }) => `${name} ${megabytes}`).join(', ')}.`,
    '',
  ].join('\n')
}

async function measureModel(engines: Engine[]): Promise<string> {
  const models = engines.map(({ url }) =>
    fork(join(ROOT, 'bench/model-calls.ts'), {
      env: { ...process.env, DATABASE_URL: url },
      execArgv: ['--conditions=react-server'],
    }),
  )
  try {
    for (const model of models) await call(model, { query: ALL, calls: WARMING_CALLS })
    const rows = ['| Query | SQLite p50 ms | PostgreSQL p50 ms | least | Asked | Matches |', '|---|--:|--:|--:|--:|--:|']
    for (const { name, query, mostMs } of CASES) {
      const found: CallTimes[][] = models.map(() => [])
      for (let round = 0; round < ROUNDS; round++)
        for (const [index, model] of models.entries()) found[index]?.push(await call(model, { query, calls: CALLS }))
      const [sqliteMs = [], postgresMs = []] = found.map((rounds) =>
        rounds.flatMap(({ milliseconds }) => milliseconds).sort((a, b) => a - b),
      )
      const last = found.at(-1)?.at(-1)
      const matches = last?.isTooBroad ? 'too broad' : `${last?.isCountExact ? '' : 'more than '}${last?.count.toLocaleString('en')}`
      const [first, second] = [sqliteMs, postgresMs].map((times) => times[times.length >> 1]?.toFixed(1))
      rows.push(`| ${name} | ${first} | ${second} | ${postgresMs[0]?.toFixed(1)} | ${mostMs} | ${matches} |`)
    }
    return `${rows.join('\n')}\n`
  } finally {
    for (const model of models) model.kill()
  }
}

async function call(model: ChildProcess, calls: Calls): Promise<CallTimes> {
  model.send(calls)
  const [times] = await once(model, 'message')
  return times
}

/** The processor time of whole pages, none of which is kept, of one worker and of PostgreSQL. */
async function measurePages(sqlite: Engine, postgres: Engine): Promise<string> {
  const [child] = await queryPostgres<{ pid: number }>(
    postgres.url,
    `SELECT "pid" FROM pg_stat_activity WHERE "backend_type" = 'checkpointer'`,
  )
  const rosters = [sqlite, postgres].map(({ url }) => new RosterProcess({ env: { DATABASE_URL: url, SEED: 'none', WEB_WORKERS: '1' } }))
  const parents = [rosters[0]?.pid, rosters[1]?.pid, child && Number(readStat(child.pid)[1])]
  try {
    const addresses = await Promise.all(rosters.map((roster) => roster.address()))
    const rows = [
      '| Page | SQLite: Roster ms | PostgreSQL: Roster ms | PostgreSQL itself ms | both / SQLite | Roster alone / SQLite |',
      '|---|--:|--:|--:|--:|--:|',
    ]
    for (const { name, path } of PAGES) {
      const spent = parents.map(() => 0)
      // The first round warms up.
      for (let round = 0; round <= ROUNDS; round++)
        for (const address of addresses) {
          const before = parents.map(cpuMs)
          for (let number = 0; number < PAGES_PER_ROUND; number++) {
            const response = await fetch(address + path(round * PAGES_PER_ROUND + number))
            if (response.status !== 200) throw new Error(`${response.url} is answered with ${response.status}`)
            await response.arrayBuffer()
          }
          if (round > 0)
            for (const [index, parent] of parents.entries()) spent[index] = (spent[index] ?? 0) + cpuMs(parent) - (before[index] ?? 0)
        }
      const [alone = 0, node = 0, itself = 0] = spent.map((milliseconds) => milliseconds / (ROUNDS * PAGES_PER_ROUND))
      const figures = [alone, node, itself, (node + itself) / alone, node / alone].map((figure) => figure.toFixed(2))
      rows.push(`| ${name} | ${figures.join(' | ')} |`)
    }
    return `Processor time of whole pages, ${(ROUNDS * PAGES_PER_ROUND).toLocaleString('en')} of each, compressed, none of them kept:\n\n${rows.join('\n')}\n`
  } finally {
    for (const roster of rosters) await roster.stop()
  }
}

/** The processor time, user and system, of the process `parent` and of its children, whether these still run or have ended. */
function cpuMs(parent: number | undefined): number {
  if (parent === undefined) throw new Error('the process does not run')
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ')
  const ticks = [sumTicks(parent, 4), ...children.map((child) => sumTicks(Number(child), 2))]
  return ticks.reduce((sum, each) => sum + each, 0) * TICK_MS
}

/** The first `fields` of utime, stime, cutime and cstime: see proc(5). */
function sumTicks(pid: number, fields: number): number {
  return readStat(pid)
    .slice(11, 11 + fields)
    .reduce((sum, field) => sum + Number(field), 0)
}

/** The fields of /proc/PID/stat after the name of the program, which may contain spaces. */
function readStat(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}
