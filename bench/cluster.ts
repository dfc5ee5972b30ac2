// `npm run bench:cluster`: what writers and visitors see while three PostgreSQL under Patroni lose their leader, how soon a commit is shown,
// how soon a node serves, and two web nodes beside one. Needs root, the packages of tests/requirements.ts, and a build. Takes ten minutes.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import autocannon from 'autocannon'
import { withPostgres } from '../server/database/postgres/connect.ts'
import { ROOT } from '../server/paths.ts'
import { cutLeaderOff, killLeader, type Round } from '../tests/fixtures/cluster/rounds.ts'
import { type ServedCluster, serveCluster } from '../tests/fixtures/cluster/served-cluster.ts'
import { WebNode } from '../tests/fixtures/cluster/web-node.ts'
import { freePort } from '../tests/fixtures/free-port.ts'
import { httpGet } from '../tests/fixtures/http-get.ts'
import { installRoster } from '../tests/fixtures/install-roster.ts'
import { startNginx } from '../tests/fixtures/start-nginx.ts'
import { countSeconds, type Visits } from '../tests/fixtures/visitors.ts'
import { listChildren } from '../tests/fixtures/worker-pids.ts'

const ROUNDS = 3
const CUT_MS = 35_000
const COMMITS = 100
const CHECK_EVERY_MS = 4
const JOINS = 3
const CROWD = 20_000
const CONNECTIONS = 32
const SECONDS = 8
const RESULTS = join(ROOT, 'bench/cluster.md')

const cluster = await serveCluster()
try {
  const freshness = await measureFreshness()
  const joinMs = await measureJoins()
  const rounds: string[] = []
  for (let round = 1; round <= ROUNDS; round += 1)
    rounds.push(describeRound(`leader killed, ${round}`, await killLeader(cluster, `kill-${round}`)))
  for (let round = 1; round <= ROUNDS; round += 1)
    rounds.push(describeRound(`host cut off, ${round}`, await cutLeaderOff(cluster, `cut-${round}`, CUT_MS)))
  const nodes = await measureNodes()
  const table = [
    '# A cluster',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, PostgreSQL 15 and Patroni 3.0.2 of Debian 12. Three hosts with etcd, PostgreSQL and Patroni, two web nodes with HAProxy and two workers each, and nginx in front, set up as in deploy/: all of them share one machine, in network namespaces. The second web node has a standby of its own. The load average of the last 15 minutes was ${loadavg()[2]?.toFixed(0)}: above ${cpus().length * 2}, other programs have made all times longer.`,
    '',
    '## Without a fault',
    '',
    '| | p50 | p99 | At most |',
    '|---|--:|--:|--:|',
    ...freshness,
    `| A node joins: from the start of \`roster serve\` until both its workers serve | ${describeTimes(joinMs)} |`,
    '',
    '## The leader is lost',
    '',
    `Four writers on a web node, each adding one person after the other; 20 visitors of nginx, who go to both nodes, and two of the node with its own standby. *Killed*: PostgreSQL and its Patroni, by kill -9. *Cut off*: the host loses its network for at least ${CUT_MS / 1_000} s, with four more writers on it. Writes are away from the last one that was acknowledged by the old leader to the first by the new one.`,
    '',
    '| Round | Acknowledged | Lost | Writes away | Commit p50, p99 | Pages | Wrong | With a 503 | Failed with own standby |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rounds,
    '',
    '## Two nodes beside one',
    '',
    `Profiles that nginx does not have, of ${CROWD.toLocaleString('en')} people, for ${CONNECTIONS} connections in ${SECONDS} s. Each node has one of the machine's cores; nginx, PostgreSQL and the visitors share both.`,
    '',
    '| Nodes | Pages a second | p50 ms | p99 ms | Not 200 |',
    '|---|--:|--:|--:|--:|',
    ...nodes,
    '',
  ].join('\n')
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  await cluster.stop()
}

/** How long it takes until each node, and nginx, show a commit. */
async function measureFreshness(): Promise<string[]> {
  const primary = await cluster.databases.complete()
  const [person] = await primary.query<{ id: number }>(
    `INSERT INTO "User" ("username", "email", "age") VALUES ('fresh', 'fresh@example.com', 40) RETURNING "id"`,
  )
  const views = [
    { name: 'on a node that reads from the databases', address: cluster.remote.workers.sockets[0] ?? '', ages: [] as number[] },
    { name: 'on a node with a standby of its own', address: cluster.local.workers.sockets[0] ?? '', ages: [] as number[] },
    { name: 'through nginx', address: cluster.nginx.address, ages: [] as number[] },
  ]
  for (let commit = 1; commit <= COMMITS; commit += 1) {
    const username = `fresh-${commit}`
    await primary.query(`UPDATE "User" SET "username" = $1 WHERE "id" = $2`, [username, person?.id])
    const committedAt = performance.now()
    await Promise.all(
      views.map(async ({ address, ages }) => {
        while (!(await httpGet(address, `/user/profile/${person?.id}`)).body.includes(`<title>${username} ·`)) await wait(CHECK_EVERY_MS)
        ages.push(performance.now() - committedAt)
      }),
    )
  }
  return views.map(({ name, ages }) => `| A commit is shown ${name} | ${describeTimes(ages)} |`)
}

async function measureJoins(): Promise<number[]> {
  const times: number[] = []
  for (let join = 1; join <= JOINS; join += 1) {
    const node = new WebNode(cluster.databases, `web-${join + 2}`)
    // HAProxy runs already, as on a host that has just been started.
    await wait(2_000)
    const startedAt = performance.now()
    const workers = await node.serve()
    await httpGet(workers.sockets[0] ?? '', '/user/profile/1')
    times.push(performance.now() - startedAt)
    await workers.stop()
  }
  return times
}

async function measureNodes(): Promise<string[]> {
  const primary = await cluster.databases.complete()
  const crowd = `SELECT 'crowd-' || "n", 'crowd-' || "n" || '@example.com', 40 FROM generate_series(1, ${CROWD}) AS "n"`
  const add = `INSERT INTO "User" ("username", "email", "age") ${crowd}`
  await withPostgres(primary.socketUrl, { name: 'bench' }, (client) => client.query(add))
  const [{ first } = { first: 0 }] = await primary.query<{ first: number }>(
    `SELECT "id" AS "first" FROM "User" WHERE "username" = 'crowd-1'`,
  )
  const { remote, local } = cluster
  pin(remote, 0)
  pin(local, 1)
  const one = await measureThroughput(remote.workers.sockets, first)
  const two = await measureThroughput([...remote.workers.sockets, ...local.workers.sockets], first + CROWD / 2)
  const row = (name: string, { requests, latency, non2xx }: autocannon.Result) =>
    `| ${name} | ${Math.round(requests.average).toLocaleString('en')} | ${latency.p50} | ${latency.p99} | ${non2xx} |`
  return [row('1', one), row(`2 (× ${(two.requests.average / one.requests.average).toFixed(2)})`, two)]
}

/** Leaves all processes of a node one core of the machine. */
function pin({ workers }: ServedCluster['local'], core: number): void {
  for (const pid of [workers.roster.pid, ...listChildren(workers.roster)])
    execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', String(core), String(pid)], { stdio: 'ignore' })
}

/** Asks for one profile after the other, from `firstId` on, through an nginx of its own in front of `sockets`. */
async function measureThroughput(sockets: string[], firstId: number): Promise<autocannon.Result> {
  const root = mkdtempSync(join(tmpdir(), 'roster-bench-'))
  chmodSync(root, 0o755)
  installRoster(root)
  const nginx = await startNginx({ root, sockets, port: await freePort() })
  let id = firstId
  try {
    return await autocannon({
      ...{ url: nginx.address, connections: CONNECTIONS, duration: SECONDS },
      requests: [{ setupRequest: (request) => ({ ...request, path: `/user/profile/${id++}` }) }],
    })
  } finally {
    await nginx.stop()
    rmSync(root, { recursive: true })
  }
}

function describeRound(name: string, { writes, lost, visits, localVisits }: Round): string {
  const [writers] = writes
  const acknowledged = writes.reduce((sum, each) => sum + each.acknowledged.length, 0)
  const [p50, p99] = quantiles(writers?.latenciesMs ?? [])
  const row = `| ${[
    name,
    acknowledged.toLocaleString('en'),
    lost.length,
    `${((writers?.longestPauseMs ?? Number.NaN) / 1_000).toFixed(1)} s`,
    `${p50?.toFixed(0)}, ${p99?.toFixed(0)} ms`,
    (visits.count + localVisits.count).toLocaleString('en'),
    countWrong(visits) + countWrong(localVisits),
    `${countSeconds(visits.failedAt).toFixed(1)} s`,
    localVisits.failures.length,
  ].join(' | ')} |`
  // Each round takes a minute.
  console.log(row)
  return row
}

function countWrong({ failures }: Visits): number {
  return failures.filter((failure) => !/^\d+: 503 /.test(failure)).length
}

function describeTimes(times: number[]): string {
  return quantiles(times)
    .map((time) => `${time.toFixed(0)} ms`)
    .join(' | ')
}

/** The median, the 99th percentile and the maximum. */
function quantiles(times: readonly number[]): number[] {
  const sorted = times.toSorted((a, b) => a - b)
  return [0.5, 0.99, 1].map((part) => sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN)
}
