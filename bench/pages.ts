// Requests per second of the standalone build on 100,000 people, beside a bare Node server that sends the same bytes.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import manifest from '../package.json' with { type: 'json' }
import { prepareDatabase } from '../server/database/sqlite/prepare.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'
import { buildIfStale } from '../server/release/build.ts'

const PEOPLE = 100_000
const CONNECTIONS = 16
const WARM_UP_SECONDS = 3
const SECONDS = 8
const RESULTS = join(ROOT, 'bench/pages.md')

const CASES: { name: string; path: () => string }[] = [
  { name: '/', path: () => '/' },
  { name: '/users', path: () => '/users' },
  { name: '/users?q=kowalski', path: () => '/users?q=kowalski' },
  { name: '/user/profile/RANDOM', path: () => `/user/profile/${1 + Math.floor(Math.random() * PEOPLE)}` },
]

const packages: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies }

const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
try {
  const rows = await measure(join(folder, 'roster.db'))
  const table = report(rows)
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  rmSync(folder, { recursive: true })
}

type Figures = { perSecond: number; p50: number; p99: number; failures: number }
type Row = { name: string; bytes: number; roster: Figures; bare: Figures }

async function measure(file: string): Promise<Row[]> {
  const env = { DATABASE_URL: databaseUrl(file), PORT: '0' }
  prepareDatabase(file)
  spawnSync('node', ['prisma/seed.ts', '--count', String(PEOPLE)], { cwd: ROOT, env: { ...process.env, ...env }, stdio: 'inherit' })
  await buildIfStale()
  return withServer(['server/roster.ts', 'start'], env, async (address) => {
    const rows: Row[] = []
    for (const { name, path } of CASES) {
      console.log(`${name} …`)
      const body = Buffer.from(await (await fetch(address + path())).arrayBuffer())
      const page = join(folder, 'page.html')
      writeFileSync(page, body)
      const roster = await load(address, path)
      const bare = await withServer(['bench/bare-server.ts', page], {}, (bareAddress) => load(bareAddress, path))
      rows.push({ name, bytes: body.length, roster, bare })
    }
    return rows
  })
}

async function withServer<Result>(
  command: string[],
  env: Record<string, string>,
  use: (address: string) => Promise<Result>,
): Promise<Result> {
  const server = spawn('node', command, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    return await use(await readAddress(server.stdout))
  } finally {
    server.kill()
    await once(server, 'exit')
  }
}

async function readAddress(stdout: NodeJS.ReadableStream): Promise<string> {
  let printed = ''
  for (;;) {
    const [chunk] = await once(stdout, 'data')
    printed += chunk
    const address = /Address\s+(http:\S+)/.exec(printed)?.[1]
    if (address) return address
  }
}

async function load(address: string, path: () => string): Promise<Figures> {
  const requests = [{ setupRequest: (request: autocannon.Request) => ({ ...request, path: path() }) }]
  const options = { url: address, connections: CONNECTIONS, requests }
  await autocannon({ ...options, duration: WARM_UP_SECONDS })
  const { requests: rate, latency, non2xx, errors } = await autocannon({ ...options, duration: SECONDS })
  return { perSecond: rate.average, p50: latency.p50, p99: latency.p99, failures: non2xx + errors }
}

function report(rows: Row[]): string {
  const [cpu] = cpus()
  const versions = ['next', 'react', 'prisma', 'better-sqlite3'].map((name) => `${name} ${packages[name]}`)
  const figures = ({ perSecond, p50, p99, failures }: Figures) => `${perSecond.toFixed(0)} | ${p50} | ${p99} | ${failures}`
  return `# Pages of the standalone build, one process

\`npm run bench\` on ${PEOPLE.toLocaleString('en')} people, ${CONNECTIONS} connections, ${SECONDS} s a case; the load comes from the same machine.
${cpus().length} cores (${cpu?.model}), Node ${process.versions.node}, ${versions.join(', ')}.
"Bare" is a plain Node HTTP server that sends the same bytes. Machines differ, and this one is shared: compare columns, not runs.

| Case | Bytes | Roster req/s | p50 ms | p99 ms | Failures | Bare req/s | p50 ms | p99 ms | Failures |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|
${rows.map(({ name, bytes, roster, bare }) => `| \`${name}\` | ${bytes} | ${figures(roster)} | ${figures(bare)} |`).join('\n')}
`
}
