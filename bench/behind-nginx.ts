// `node bench/behind-nginx.ts --database FILE`: what visitors get from the workers behind nginx, both as `deploy/` sets them up, on a
// database of a million people. Needs nginx and wrk, and to be root, as for an installation.
import { execFile } from 'node:child_process'
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { databaseUrl } from '../prisma/database-url.ts'
import { ROOT } from '../server/paths.ts'
import { freePort } from '../tests/fixtures/free-port.ts'
import { httpGet } from '../tests/fixtures/http-get.ts'
import { installedFile, installRoster } from '../tests/fixtures/install-roster.ts'
import { startNginx } from '../tests/fixtures/start-nginx.ts'
import { startWorkers } from '../tests/fixtures/start-workers.ts'
import { listWorkerPids } from '../tests/fixtures/worker-pids.ts'

const SECONDS = 8
const CONNECTIONS = 32
const BROWSER = ['-H', 'Accept-Encoding: gzip, deflate, br, zstd']
const KNOWN_PROFILES = 3_000
const RESULTS = join(ROOT, 'bench/behind-nginx.md')

type Case = { name: string; path: string; options?: string[]; random?: [first: number, last: number, seed: number] }

const CASES: Case[] = [
  { name: 'a file with the bytes of a profile, as browsers ask', path: '/packed.txt', options: BROWSER },
  { name: 'a profile, as browsers ask', path: '/user/profile/1', options: BROWSER },
  { name: 'a file with the bytes of a profile, not compressed', path: '/plain.txt' },
  { name: 'a profile, not compressed', path: '/user/profile/1' },
  { name: 'the list, as browsers ask', path: '/users', options: BROWSER },
  { name: 'the list, page 10,000', path: '/users?page=10000', options: BROWSER },
  { name: 'a rare search', path: '/users?q=zqxwhite', options: BROWSER },
  { name: 'profiles never asked for before', path: '/', options: BROWSER, random: [100_000, 900_000, 1] },
  {
    name: `${KNOWN_PROFILES.toLocaleString('en')} profiles, asked for before`,
    path: '/',
    options: BROWSER,
    random: [1, KNOWN_PROFILES, 1],
  },
]

const { values } = parseArgs({ options: { database: { type: 'string' } } })
if (values.database === undefined) throw new Error('name a database of a million people: --database FILE')

const root = mkdtempSync(join(tmpdir(), 'roster-bench-'))
chmodSync(root, 0o755)
installRoster(root)
// Measuring changes nothing in it, but SQLite keeps files beside it.
const file = join(root, 'roster.db')
copyFileSync(values.database, file)
const workers = await startWorkers({ url: databaseUrl(file) }, root)
const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() })
try {
  const address = nginx.address
  for (const [name, headers] of [
    ['packed', { 'accept-encoding': 'gzip' }],
    ['plain', {}],
  ] as const) {
    writeFileSync(installedFile(root, `public/${name}.txt`), (await httpGet(address, '/user/profile/1', { headers })).body)
  }
  for (let id = 1; id <= KNOWN_PROFILES; id += 1) await httpGet(address, `/user/profile/${id}`, { headers: { 'accept-encoding': 'gzip' } })
  const rows: string[] = []
  for (const each of CASES) rows.push(await measure(address, each))
  const memory = [1, 2].map((worker) => `${readMegabytes(listWorkerPids(workers.roster, worker).at(-1) ?? 0)} MB`)
  const table = [
    '# Workers behind nginx',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}. Two workers, nginx as in deploy/, a million people; wrk with ${CONNECTIONS} connections on the same machine, ${SECONDS} s each.`,
    '',
    '| Page | Requests a second | p50 ms | p99 ms | Bytes | Not 200 |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows,
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

async function measure(address: string, { name, path, options = [], random }: Case): Promise<string> {
  const script = random ? ['-s', join(ROOT, 'bench/random-profile.lua')] : []
  const scriptArguments = random ? ['--', ...random.map(String)] : []
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--latency']
  // Not a synchronous call: the workers' log has to be read meanwhile.
  const { stdout } = await promisify(execFile)('wrk', [...load, ...options, ...script, address + path, ...scriptArguments])
  const read = (pattern: RegExp) => pattern.exec(stdout)?.[1] ?? ''
  const requests = Number(read(/(\d+) requests in/))
  const bytes = (megabytes(read(/requests in [\d.]+s, ([\d.]+\w+) read/)) * 2 ** 20) / requests
  const perSecond = Number(read(/Requests\/sec:\s+([\d.]+)/))
  return `| ${name} | ${perSecond < 1_000 ? perSecond.toFixed(0) : Math.round(perSecond).toLocaleString('en')} | ${milliseconds(read(/50%\s+(\S+)/))} | ${milliseconds(read(/99%\s+(\S+)/))} | ${Math.round(bytes).toLocaleString('en')} | ${read(/Non-2xx or 3xx responses: (\d+)/) || '0'} |`
}

function milliseconds(text: string): string {
  const number = Number.parseFloat(text)
  return (text.endsWith('us') ? number / 1_000 : text.endsWith('ms') ? number : number * 1_000).toFixed(1)
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
