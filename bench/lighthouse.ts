// `npm run bench:lighthouse`: Lighthouse's mobile report of each page, through nginx set up as in `deploy/`, with 1,000 people and search
// engines let in. Needs nginx, Chromium, and npm's registry for Lighthouse itself: as a dependency it would bring hundreds of packages.
import { execFile } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fillUp } from '../server/database/sqlite/seed.ts'
import { ROOT } from '../server/paths.ts'
import { findChromium } from '../tests/fixtures/chromium.ts'
import { createDatabase } from '../tests/fixtures/create-database.ts'
import { freePort } from '../tests/fixtures/free-port.ts'
import { httpGet } from '../tests/fixtures/http-get.ts'
import { installRoster } from '../tests/fixtures/install-roster.ts'
import { startNginx } from '../tests/fixtures/start-nginx.ts'
import { startWorkers } from '../tests/fixtures/start-workers.ts'

const LIGHTHOUSE = 'lighthouse@13.5.0'
// Without what would make requests of its own.
const CHROMIUM_FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking --disable-component-update'
const RUNS = 3
const PEOPLE = 1_000
const RESULTS = join(ROOT, 'bench/lighthouse.md')

const PAGES = [
  { name: 'start', path: '/' },
  { name: 'list', path: '/users' },
  { name: 'search', path: '/users?q=kowalski' },
  { name: 'profile', path: '/user/profile/7' },
]

const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'] as const
const AUDITS = ['first-contentful-paint', 'largest-contentful-paint', 'total-blocking-time', 'total-byte-weight'] as const

type Audit = { title: string; score: number | null; numericValue?: number }
type Report = { categories: Record<string, { score: number }>; audits: Record<string, Audit> }

const chromium = findChromium()
if (chromium === null) throw new Error('Chromium is not installed; install chromium, or run npx playwright install chromium')

const root = mkdtempSync(join(tmpdir(), 'roster-bench-'))
chmodSync(root, 0o755)
installRoster(root)
const database = createDatabase(root)
for (const _ of fillUp(database.sql, PEOPLE));
const port = await freePort()
Object.assign(process.env, { ROBOTS: 'index', SITE_URL: `http://127.0.0.1:${port}` })
const workers = await startWorkers(database, root)
const nginx = await startNginx({ root, sockets: workers.sockets, port })
try {
  const rows: string[] = []
  const complaints = new Set<string>()
  for (const { name, path } of PAGES) {
    // Most visitors come to a page that nginx has.
    const { bytes } = await httpGet(nginx.address, path, { headers: { 'accept-encoding': 'gzip' } })
    const reports: Report[] = []
    for (let run = 0; run < RUNS; run += 1) reports.push(await audit(nginx.address + path))
    const scores = CATEGORIES.map((category) => Math.round(100 * median(reports, ({ categories }) => categories[category]?.score)))
    const [firstPaint, largestPaint, blocking, total] = AUDITS.map((id) => median(reports, ({ audits }) => audits[id]?.numericValue))
    const figures = [seconds(firstPaint), seconds(largestPaint), `${Math.round(blocking ?? 0)}`, kilobytes(bytes.length), kilobytes(total)]
    rows.push(`| ${[name, ...scores, ...figures].join(' | ')} |`)
    console.log(rows.at(-1))
    for (const { audits } of reports)
      for (const { title, score } of Object.values(audits)) if (score !== null && score < 0.9) complaints.add(`- ${name}: ${title}`)
  }
  const table = [
    '# Lighthouse',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, ${LIGHTHOUSE}, its mobile report, through nginx; the median of ${RUNS} runs. The first visit, with nothing in the browser's cache.`,
    '',
    '| Page | Performance | Accessibility | Best practices | SEO | First paint s | Largest paint s | Blocked ms | Page kB | All kB |',
    '|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
    '',
    'What it found to be below 90 in one of the runs:',
    '',
    ...[...complaints].sort(),
    '',
  ].join('\n')
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  await nginx.stop()
  await workers.stop()
  database.sql.close()
  rmSync(root, { recursive: true })
}

async function audit(url: string): Promise<Report> {
  const options = ['--quiet', '--output=json', `--only-categories=${CATEGORIES.join(',')}`, `--chrome-flags=${CHROMIUM_FLAGS}`]
  const env = { ...process.env, CHROME_PATH: chromium ?? '' }
  const { stdout } = await promisify(execFile)('npx', ['--yes', LIGHTHOUSE, url, ...options], { env, maxBuffer: 2 ** 26 })
  return JSON.parse(stdout)
}

function median(reports: Report[], read: (report: Report) => number | undefined): number {
  const values = reports.map((report) => read(report) ?? Number.NaN).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}

function seconds(milliseconds = Number.NaN): string {
  return (milliseconds / 1_000).toFixed(1)
}

function kilobytes(bytes = Number.NaN): string {
  return (bytes / 1_000).toFixed(1)
}
