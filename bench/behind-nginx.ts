// `npm run bench:nginx -- --database FILE`: requests per second of the workers behind nginx, both set up as in `deploy/`, on a database of
// a million people. Needs root, nginx, wrk and slowhttptest.
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'
import { freePort } from '../tests/fixtures/free-port.ts'
import { httpGet } from '../tests/fixtures/http-get.ts'
import { installedFile, installRoster } from '../tests/fixtures/install-roster.ts'
import { startNginx } from '../tests/fixtures/start-nginx.ts'
import { startWorkers } from '../tests/fixtures/start-workers.ts'
import { listWorkerPids } from '../tests/fixtures/worker-pids.ts'

const SECONDS = 5
const RUNS = 3
const CONNECTIONS = 32
const BROWSER = ['-H', 'Accept-Encoding: gzip, deflate, br, zstd']
const KNOWN_PROFILES = 3_000
const RESULTS = join(ROOT, 'bench/behind-nginx.md')

type Case = { name: string; path: string; options?: string[]; random?: [first: number, last: number] }

const CASES: Case[] = [
  { name: 'a file with the bytes of a profile, as browsers ask', path: '/packed.txt', options: BROWSER },
  { name: 'a profile, as browsers ask', path: '/user/profile/1', options: BROWSER },
  { name: 'a file with the bytes of a profile, not compressed', path: '/plain.txt' },
  { name: 'a profile, not compressed', path: '/user/profile/1' },
  { name: 'the list, as browsers ask', path: '/users', options: BROWSER },
  { name: 'the list, page 10,000', path: '/users?page=10000', options: BROWSER },
  { name: 'a rare search', path: '/users?q=zqxwhite', options: BROWSER },
  { name: 'profiles never asked for before', path: '/', options: BROWSER, random: [100_000, 900_000] },
  {
    name: `${KNOWN_PROFILES.toLocaleString('en')} profiles, asked for before`,
    path: '/',
    options: BROWSER,
    random: [1, KNOWN_PROFILES],
  },
]

/** Other visitors during a measurement: the arguments of slowhttptest, or the number of connections that stay open after one request. */
const CROWDS: { name: string; idle?: number; slow?: string[] }[] = [
  { name: 'none' },
  { name: '3,000 idle connections', idle: 3_000 },
  { name: '1,000 that send their headers slowly', slow: ['-H', '-i', '5', '-x', '24'] },
  { name: '1,000 that send their body slowly', slow: ['-B', '-i', '5', '-s', '8192', '-x', '10'] },
  { name: '1,000 that read slowly', slow: ['-X', '-w', '10', '-y', '20', '-n', '5', '-z', '32', '-k', '3'] },
]
const SLOW_SECONDS = 14
const CROWD_COMES_MS = 3_000
const VISITORS = 4

const { values } = parseArgs({ options: { database: { type: 'string' } } })
if (values.database === undefined) throw new Error('No database is given; add --database FILE, a database of a million people')

const root = mkdtempSync(join(tmpdir(), 'roster-bench-'))
chmodSync(root, 0o755)
installRoster(root)
// A copy: measuring does not change it, but SQLite keeps files beside it.
const file = join(root, 'roster.db')
copyFileSync(values.database, file)
const workers = await startWorkers({ url: databaseUrl(file) }, root)
// More than Debian's 768, for thousands of idle connections.
const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() }, 4_096)
try {
  const address = nginx.address
  for (const [name, headers] of [
    ['packed', { 'accept-encoding': 'gzip' }],
    ['plain', {}],
  ] as const) {
    writeFileSync(installedFile(root, `public/${name}.txt`), (await httpGet(address, '/user/profile/1', { headers })).bytes)
  }
  for (let id = 1; id <= KNOWN_PROFILES; id += 1) await httpGet(address, `/user/profile/${id}`, { headers: { 'accept-encoding': 'gzip' } })
  const rows: string[] = []
  for (const each of CASES) rows.push(await measure(address, each))
  const crowdRows: string[] = []
  for (const each of CROWDS) crowdRows.push(await measureInCrowd(address, each))
  const memory = [1, 2].map((worker) => `${readMegabytes(listWorkerPids(workers.roster, worker).at(-1) ?? 0)} MB`)
  const table = [
    '# Workers behind nginx',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}. Two workers, nginx as in deploy/, a million people; wrk with ${CONNECTIONS} connections on the same machine, the median of ${RUNS} runs of ${SECONDS} s. nginx has each page, except those that no one has requested. wrk adds the requests that a connection would have made while it waited.`,
    '',
    '| Page | Requests a second | p50 ms | p99 ms | Bytes | Not 200 |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    `A profile for ${VISITORS} visitors while there are others, as slowhttptest makes them (no limit for an address holds here, as all come from this machine):`,
    '',
    '| Others | Requests a second | p50 ms | p99 ms | Bytes | Not 200 |',
    '|---|--:|--:|--:|--:|--:|',
    ...crowdRows,
    '',
    `Memory of the workers after all this: ${memory.join(', ')}.`,
    '',
  ].join('\n')
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  await nginx.stop()
  await workers.stop()
  rmSync(root, { recursive: true })
}

async function measureInCrowd(address: string, { name, idle = 0, slow }: (typeof CROWDS)[number]): Promise<string> {
  const { hostname, port } = new URL(address)
  const sockets = Array.from({ length: idle }, () => connect({ host: hostname, port: Number(port) }))
  for (const socket of sockets) socket.write(`GET /user/profile/1 HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`)
  // The answers must be read, or their connections would count as slow readers.
  await Promise.all(sockets.map((socket) => once(socket.resume(), 'data')))
  const crowd =
    slow && execFile('slowhttptest', ['-c', '1000', '-r', '500', '-l', String(SLOW_SECONDS), '-u', `${address}/user/profile/1`, ...slow])
  if (crowd) await setTimeout(CROWD_COMES_MS)
  const row = await measure(address, { name, path: '/user/profile/1', options: BROWSER }, VISITORS, 1)
  const isStillThere = sockets.every((socket) => !socket.destroyed) && crowd?.exitCode == null
  for (const socket of sockets) socket.destroy()
  if (crowd?.exitCode === null) await once(crowd, 'exit')
  return isStillThere ? row : `${row} (the others left before the end)`
}

async function measure(
  address: string,
  { name, path, options = [], random }: Case,
  connections = CONNECTIONS,
  runs = RUNS,
): Promise<string> {
  const script = random ? ['-s', join(ROOT, 'bench/random-profile.lua')] : []
  const load = ['-t1', `-c${connections}`, `-d${SECONDS}s`, '--latency']
  // The first visitors of a page wait for nginx's lock (decision 037): 100 ms, which would count as the tail of a short run.
  await httpGet(address, path, { headers: { 'accept-encoding': options.length > 0 ? 'gzip' : 'identity' } })
  const outputs: string[] = []
  for (let run = 0; run < runs; run += 1) {
    // The number of the run is the seed: each run has other profiles.
    const scriptArguments = random ? ['--', ...random, run].map(String) : []
    // Not a synchronous call: this process has to read the workers' log meanwhile.
    const { stdout } = await promisify(execFile)('wrk', [...load, ...options, ...script, address + path, ...scriptArguments])
    outputs.push(stdout)
  }
  const read = (pattern: RegExp, parse: (text: string) => number) =>
    median(outputs.map((output) => parse(pattern.exec(output)?.[1] ?? '0')))
  const bytes = (read(/requests in [\d.]+s, ([\d.]+\w+) read/, megabytes) * 2 ** 20) / read(/(\d+) requests in/, Number)
  const figures = [
    Math.round(read(/Requests\/sec:\s+([\d.]+)/, Number)).toLocaleString('en'),
    read(/^ +50% +(\S+)/m, milliseconds).toFixed(1),
    read(/^ +99% +(\S+)/m, milliseconds).toFixed(1),
    Math.round(bytes).toLocaleString('en'),
    read(/Non-2xx or 3xx responses: (\d+)/, Number),
  ]
  return `| ${[name, ...figures].join(' | ')} |`
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function milliseconds(text: string): number {
  const number = Number.parseFloat(text)
  return text.endsWith('us') ? number / 1_000 : text.endsWith('ms') ? number : number * 1_000
}

function megabytes(text: string): number {
  const number = Number.parseFloat(text)
  return text.endsWith('KB') ? number / 1_024 : text.endsWith('GB') ? number * 1_024 : number
}

/** The resident memory of process `pid`. */
function readMegabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1_024)
}
