// `npm run bench:live -- --database FILE`: what 10,000 open pages cost while nothing changes, and how soon a commit shows in them. nginx and
// two workers are set up as in deploy/, on a database of a million people. Needs root and nginx.
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { nextPollMs } from '../app/_views/live-schedule.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'
import { freePort } from '../tests/fixtures/free-port.ts'
import { httpGet } from '../tests/fixtures/http-get.ts'
import { installRoster } from '../tests/fixtures/install-roster.ts'
import { startNginx } from '../tests/fixtures/start-nginx.ts'
import { startWorkers } from '../tests/fixtures/start-workers.ts'

const TABS = 10_000
const TABS_PER_ADDRESS = 200
const LIST_PAGES = 100
const PROFILES = 170
const SEARCHES = 30
const SECONDS = 20
const COMMITS = 4
const COMMIT_EVERY_MS = 5_000
// What a Linux kernel counts processor time in.
const TICK_SECONDS = 0.01
const RESULTS = join(ROOT, 'bench/live.md')

/** One open page: the tag that it has, and when it learned of the latest commit. */
type Tab = { path: string; tag: string; changedAt: number | null }

const { values } = parseArgs({ options: { database: { type: 'string' } } })
if (values.database === undefined) throw new Error('No database is given; add --database FILE, a database of a million people')

const root = mkdtempSync(join(tmpdir(), 'roster-bench-'))
chmodSync(root, 0o755)
installRoster(root)
const file = join(root, 'roster.db')
copyFileSync(values.database, file)
const sql = new DatabaseSync(file)
const workers = await startWorkers({ url: databaseUrl(file) }, root)
const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() }, 2 * TABS)
const statuses = new Map<number, number>()
try {
  const paths = [
    '/',
    ...Array.from({ length: LIST_PAGES }, (_, index) => `/users?page=${index + 2}`),
    ...Array.from({ length: PROFILES }, (_, index) => `/user/profile/${index + 1}`),
    ...listNames(SEARCHES).map((name) => `/users?${new URLSearchParams({ q: name })}`),
  ]
  const tags = new Map<string, string>()
  for (const path of paths) {
    const { headers } = await httpGet(nginx.address, path, { headers: { 'accept-encoding': 'gzip' } })
    tags.set(path, String(headers.etag))
  }
  const tabs = Array.from({ length: TABS }, (_, index): Tab => {
    const path = paths[index % paths.length] ?? '/'
    return { path, tag: tags.get(path) ?? '', changedAt: null }
  })
  const ends = await Promise.all(tabs.map((tab, index) => openTab(tab, `10.0.0.${1 + Math.floor(index / TABS_PER_ADDRESS)}`)))
  // Until all have asked once.
  await wait(3_000)
  statuses.clear()
  const atRest = await measureCpu()
  const rest = summarizeStatuses()
  statuses.clear()

  const delays: number[] = []
  const changing = measureCpu(COMMITS * COMMIT_EVERY_MS)
  for (let commit = 1; commit <= COMMITS; commit += 1) {
    for (const tab of tabs) tab.changedAt = null
    sql.exec(`UPDATE "User" SET "email" = 'commit-${commit}@example.com' WHERE "id" = 1`)
    const committedAt = performance.now()
    await wait(COMMIT_EVERY_MS)
    delays.push(
      ...tabs.flatMap(({ path, changedAt }) => (path === '/user/profile/1' && changedAt !== null ? [changedAt - committedAt] : [])),
    )
  }
  const atWork = await changing
  for (const end of ends) end()

  const table = [
    '# Open pages',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}. Two workers, nginx as in deploy/, a million people. ${TABS.toLocaleString('en')} open pages, ${paths.length} different ones (${SEARCHES} of them searches), ${TABS_PER_ADDRESS} behind each address, ask on the same machine as browsers do.`,
    '',
    '| For | Polls a second | Status | Processor time of nginx | of Roster | together |',
    '|---|--:|---|--:|--:|--:|',
    `| ${SECONDS} s in which nothing changes | ${rest.perSecond(SECONDS)} | ${rest.text} | ${describeCpu(atRest)} |`,
    `| ${(COMMITS * COMMIT_EVERY_MS) / 1_000} s with a commit every ${COMMIT_EVERY_MS / 1_000} s | ${summarizeStatuses().perSecond((COMMITS * COMMIT_EVERY_MS) / 1_000)} | ${summarizeStatuses().text} | ${describeCpu(atWork)} |`,
    '',
    `Processor time is in cores. A commit is known to an open page after ${describeDelays(delays)}.`,
    '',
  ].join('\n')
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  sql.close()
  await nginx.stop()
  await workers.stop()
  rmSync(root, { recursive: true })
}

/** Asks for `tab` on a connection of its own, like app/_views/watch-page.ts, until the returned function is called. */
function openTab(tab: Tab, address: string): Promise<() => void> {
  const { hostname, port } = new URL(nginx.address)
  const socket = connect({ host: hostname, port: Number(port) }).setEncoding('latin1')
  let timer: NodeJS.Timeout
  const ask = () =>
    socket.write(
      `HEAD ${tab.path} HTTP/1.1\r\nHost: ${hostname}\r\nAccept-Encoding: gzip\r\nX-Forwarded-For: ${address}\r\nIf-None-Match: ${tab.tag}\r\n\r\n`,
    )
  const askLater = (failures: number) => {
    timer = setTimeout(ask, nextPollMs({ failures, isSaving: false, random: Math.random() }))
  }
  let answer = ''
  let failures = 0
  socket.on('data', (text: string) => {
    answer += text
    // A HEAD has no body: the headers are all.
    if (!answer.endsWith('\r\n\r\n')) return
    const status = Number(answer.slice(9, 12))
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    const tag = /^etag: (.+)\r$/im.exec(answer)?.[1]
    answer = ''
    failures = status === 200 || status === 304 ? 0 : failures + 1
    if (status === 200 && tag !== undefined && tag !== tab.tag) {
      tab.tag = tag
      tab.changedAt = performance.now()
    }
    askLater(failures)
  })
  const { promise, resolve, reject } = Promise.withResolvers<() => void>()
  socket.once('error', reject).once('connect', () => {
    // Not all at once.
    timer = setTimeout(ask, Math.random() * 2_000)
    resolve(() => {
      clearTimeout(timer)
      socket.destroy()
    })
  })
  return promise
}

function listNames(count: number): string[] {
  return sql
    .prepare('SELECT "username" FROM "User" WHERE "id" % 1000 = 0 LIMIT ?')
    .all(count)
    .map(({ username }) => String(username))
}

type Cpu = { nginx: number; roster: number }

/** The cores that nginx and Roster keep busy, on average. */
async function measureCpu(milliseconds = SECONDS * 1_000): Promise<Cpu> {
  const nginxPid = Number(readFileSync(join(root, 'nginx.pid'), 'utf8'))
  const read = () => ({ nginx: readFamilySeconds(nginxPid), roster: readFamilySeconds(workers.roster.pid) })
  const before = read()
  await wait(milliseconds)
  const after = read()
  const seconds = milliseconds / 1_000
  return { nginx: (after.nginx - before.nginx) / seconds, roster: (after.roster - before.roster) / seconds }
}

/** The processor time of process `pid` and those below it. */
function readFamilySeconds(pid: number): number {
  // The name of a program may contain spaces; the fields begin after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  const own = (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS
  return children.reduce((sum, child) => sum + readFamilySeconds(Number(child)), own)
}

function summarizeStatuses(): { perSecond: (seconds: number) => string; text: string } {
  const counts = [...statuses].toSorted(([a], [b]) => a - b)
  const sum = counts.reduce((total, [, count]) => total + count, 0)
  return {
    perSecond: (seconds) => Math.round(sum / seconds).toLocaleString('en'),
    text: counts.map(([status, count]) => `${status}: ${count.toLocaleString('en')}`).join(', '),
  }
}

function describeCpu({ nginx, roster }: Cpu): string {
  return [nginx, roster, nginx + roster].map((cores) => cores.toFixed(2)).join(' | ')
}

function describeDelays(delays: number[]): string {
  const sorted = delays.toSorted((a, b) => a - b)
  const at = (part: number) => `${((sorted[Math.floor(part * (sorted.length - 1))] ?? Number.NaN) / 1_000).toFixed(1)} s`
  return `${at(0.5)} (p50), ${at(0.99)} (p99), ${at(1)} at most, of ${sorted.length.toLocaleString('en')} times`
}
