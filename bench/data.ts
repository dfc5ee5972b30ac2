// `npm run bench:data [-- --database FILE]`: the whole list as data, on a million people, beside the sqlite3 shell.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareDatabase } from '../server/database/sqlite/prepare.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'
import { RosterProcess } from '../tests/fixtures/roster-process.ts'
import { listChildren } from '../tests/fixtures/worker-pids.ts'

const PEOPLE = 1_000_000
const ROUNDS = 5
const PAUSE_MS = 20
const RESULTS = join(ROOT, 'bench/data.md')
const SQL = 'SELECT "id", "username", "email", "age" FROM "User" ORDER BY'

const CASES = [
  { name: 'everybody as CSV', path: '/users.csv', sql: `${SQL} "id"` },
  { name: 'everybody as CSV, by username', path: '/users.csv?sort=username', sql: `${SQL} "username"` },
  { name: 'everybody as CSV, gzipped', path: '/users.csv', sql: `${SQL} "id"`, packing: 'gzip' },
  { name: 'everybody as NDJSON', path: '/users.ndjson', sql: null },
  { name: 'everybody as vCard', path: '/users.vcf', sql: null },
  { name: 'a word in everybody, by relevance', path: '/users.csv?q=example', sql: null },
  { name: 'a word in 3 %, by age', path: '/users.csv?q=anna&sort=age', sql: null },
]

type Download = { ms: number; bytes: number }

const { values } = parseArgs({ options: { database: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
const file = values.database ?? join(folder, 'roster.db')
if (values.database === undefined) prepareDatabase(file, { seed: PEOPLE })
const roster = new RosterProcess({ env: { DATABASE_URL: databaseUrl(file), LOG_LEVEL: 'warn' } })
const address = await roster.address()
try {
  const lines = [
    '# The whole list as data',
    '',
    `\`npm run bench:data\` on ${cpus().length} cores (${cpus()[0]?.model}), one worker, a million people, the median of ${ROUNDS} rounds.`,
    'The shell is `sqlite3 -csv` with the same people in the same order. The visitor asks for a profile all the time.',
    '',
    '| List | s | MB | Shell s | Shell ÷ Roster | Memory, before → most, MB | Visitor p50 ms | p99 ms |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ]
  // The first download fills the caches, and the memory that is kept for the next.
  await download(CASES[0]?.path ?? '')
  for (const { name, path, sql, packing } of CASES) {
    const before = memoryBytes()
    const visitor = visit()
    const memory = watchMemory()
    const downloads: Download[] = []
    const shells: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      downloads.push(await download(path, packing))
      if (sql !== null) shells.push(runShell(sql))
    }
    const { p50, p99 } = await visitor.stop()
    const seconds = median(downloads.map(({ ms }) => ms)) / 1_000
    const shell = sql === null ? null : median(shells) / 1_000
    const ratio = shell === null ? '' : (shell / seconds).toFixed(2)
    const megabytes = ((downloads[0]?.bytes ?? 0) / 1e6).toFixed(1)
    lines.push(
      `| ${name} | ${seconds.toFixed(2)} | ${megabytes} | ${shell?.toFixed(2) ?? ''} | ${ratio} | ${mb(before)} → ${mb(memory.stop())} | ${p50.toFixed(1)} | ${p99.toFixed(1)} |`,
    )
  }
  writeFileSync(RESULTS, `${lines.join('\n')}\n`)
  console.log(readFileSync(RESULTS, 'utf8'))
} finally {
  await roster.stop()
  rmSync(folder, { recursive: true })
}

async function download(path: string, packing = 'identity'): Promise<Download> {
  const start = performance.now()
  const request = http.get(address + path, { agent: false, headers: { 'accept-encoding': packing } })
  const [response]: http.IncomingMessage[] = await once(request, 'response')
  if (response?.statusCode !== 200) throw new Error(`${path} has status ${response?.statusCode}`)
  let bytes = 0
  for await (const part of response) bytes += part.length
  return { ms: performance.now() - start, bytes }
}

/** Nothing else runs meanwhile. */
function runShell(sql: string): number {
  const start = performance.now()
  execFileSync('sqlite3', ['-csv', '-header', file, sql], { stdio: ['ignore', 'ignore', 'inherit'] })
  return performance.now() - start
}

/** Asks for profiles from a process of its own, whose clock nothing else here holds up. */
function visit(): { stop: () => Promise<{ p50: number; p99: number }> } {
  const code = `
    const times = []
    process.on('SIGTERM', () => { process.stdout.write(JSON.stringify(times)); process.exit() })
    for (let id = 1; ; id += 997) {
      const start = performance.now()
      await (await fetch('${address}/user/profile/' + (id % 1_000_000 + 1))).text()
      times.push(performance.now() - start)
      await new Promise((resolve) => setTimeout(resolve, ${PAUSE_MS}))
    }`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  return {
    async stop() {
      child.kill('SIGTERM')
      await once(child, 'close')
      const times: number[] = JSON.parse(output).sort((a: number, b: number) => a - b)
      return { p50: times[Math.floor(times.length / 2)] ?? 0, p99: times[Math.floor(times.length * 0.99)] ?? 0 }
    },
  }
}

function watchMemory(): { stop: () => number } {
  let most = 0
  const timer = setInterval(() => {
    most = Math.max(most, memoryBytes())
  }, 50)
  return {
    stop() {
      clearInterval(timer)
      return most
    },
  }
}

function memoryBytes(): number {
  const [worker] = listChildren(roster)
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${worker}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1_024
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
