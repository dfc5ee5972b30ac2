// `npm run bench:container -- --database FILE`: size, start time and memory of the image `roster-test` that `npm run test:docker` has built,
// and its requests per second on a database of a million people. Needs wrk and a Docker engine, `eval "$(tests/docker/engine.sh up | sed 's/^/export /')"`.
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { ROOT } from '../server/paths.ts'
import { freePort } from '../tests/fixtures/free-port.ts'

const IMAGE = 'roster-test'
const STARTS = 10
const LOOK_AGAIN_MS = 5
const SECONDS = 8
const CONNECTIONS = 32
const RESULTS = join(ROOT, 'bench/container.md')
const CASES = [
  { name: 'a profile, as browsers ask', path: '/user/profile/1' },
  { name: 'the list, as browsers ask', path: '/users' },
  { name: 'profiles never asked for before', path: '/', random: ['100000', '900000', '1'] },
]

const { values } = parseArgs({ options: { database: { type: 'string' } } })
if (values.database === undefined) throw new Error('No database is given; add --database FILE, a database of a million people')

type Start = { fromRun: number; fromStart: number }

const empty: Start[] = []
const existing: Start[] = []
for (let start = 0; start < STARTS; start++) {
  const volume = docker('volume', 'create')
  for (const times of [empty, existing]) {
    const began = Date.now()
    const { id } = await startContainer(volume)
    const served = Date.now()
    const started = Date.parse(docker('inspect', '--format', '{{.State.StartedAt}}', id))
    times.push({ fromRun: served - began, fromStart: served - started })
    docker('rm', '--force', id)
  }
  docker('volume', 'rm', volume)
}

const volume = docker('volume', 'create')
const filler = docker('create', '--volume', `${volume}:/data`, IMAGE)
docker('cp', values.database, `${filler}:/data/roster.db`)
docker('rm', filler)
// `docker cp` keeps the owner of the files.
docker('run', '--rm', '--user', '0:0', '--entrypoint', 'chown', '--volume', `${volume}:/data`, IMAGE, '-R', '10001:10001', '/data')
// On the host's network, so that all visitors come from 127.0.0.1, for which nginx has no limit.
const { id, address } = await startContainer(volume, ['--network', 'host', '--env', `PORT=${await freePort()}`])
await setTimeout(3_000)
const atRest = memory(id)
const rows: string[] = []
let busiest = 0
for (const { name, path, random } of CASES) {
  const load = ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '-H', 'Accept-Encoding: gzip, deflate, br, zstd']
  const script = random ? ['-s', join(ROOT, 'bench/random-profile.lua'), address + path, '--', ...random] : [address + path]
  const { stdout } = await promisify(execFile)('wrk', [...load, ...script])
  busiest = Math.max(busiest, memory(id))
  if (/Non-2xx/.test(stdout)) throw new Error(`${path} was not always answered: ${stdout}`)
  rows.push(`| ${name} | ${Math.round(Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1])).toLocaleString('en')} |`)
}
docker('rm', '--force', id)
docker('volume', 'rm', volume)

const history = docker('history', '--no-trunc', '--format', '{{.Size}}\t{{.CreatedBy}}', IMAGE)
const layers = history
  .split('\n')
  .filter((line) => !line.startsWith('0B'))
  .map((line) => `- ${line.replace('\t', ': `').replace(/ # buildkit$/, '')}\``)
const size = Number(docker('image', 'inspect', '--format', '{{.Size}}', IMAGE)) / 1e6
const parts = docker(
  'run',
  '--rm',
  '--entrypoint',
  'sh',
  IMAGE,
  '-c',
  'du -xsm /usr/local/bin/node /opt/roster/current/node_modules /opt/roster/compiled /usr /opt/roster',
)
const table = [
  '# The container',
  '',
  `${cpus()[0]?.model} × ${cpus().length}, Docker ${docker('version', '--format', '{{.Server.Version}}')}. \`npm run bench:container -- --database FILE\`.`,
  '',
  `The image has ${size.toFixed(0)} MB. Its layers:`,
  '',
  ...layers,
  '',
  `Its largest parts in MB: ${parts
    .replaceAll('\t', ' ')
    .split('\n')
    .map((line) => line.split(' ').toReversed().join(' '))
    .join(', ')}.`,
  '',
  `To the first page, median (and most) of ${STARTS}, in ms:`,
  '',
  '| Volume | from `docker run` | from when the engine says that it has started it |',
  '|---|--:|--:|',
  ...[describe('empty', empty), describe('existing', existing)],
  '',
  `Memory: ${atRest} MB at rest, ${busiest} MB at most after a case below (nginx, the master and two workers; page cache of files not counted).`,
  '',
  '| Page, on a million people | Requests a second |',
  '|---|--:|',
  ...rows,
  '',
].join('\n')
console.log(table)
writeFileSync(RESULTS, table)

function docker(...commandArguments: string[]): string {
  const { status, stdout, stderr } = spawnSync('docker', commandArguments, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`docker ${commandArguments.join(' ')} failed: ${stderr}`)
  return stdout.trim()
}

/** Starts a container on `volume` and waits for its first page. */
async function startContainer(volume: string, network = ['--publish', '127.0.0.1::80']): Promise<{ id: string; address: string }> {
  const id = docker('run', '--detach', '--volume', `${volume}:/data`, ...network, IMAGE)
  const port = /^PORT=(\d+)$/.exec(network.at(-1) ?? '')?.[1]
  const address = port ? `http://127.0.0.1:${port}` : `http://${docker('port', id, '80/tcp').split('\n')[0]}`
  for (;;) {
    const response = await fetch(`${address}/users`).catch(() => null)
    await response?.arrayBuffer()
    if (response?.status === 200) return { id, address }
    await setTimeout(LOOK_AGAIN_MS)
  }
}

/** In MB, of all processes of a container, without what the kernel keeps of files. */
function memory(id: string): number {
  const [used, unit] = /([\d.]+)(\w+)/.exec(docker('stats', '--no-stream', '--format', '{{.MemUsage}}', id))?.slice(1) ?? []
  return Math.round((Number(used) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20)) / 1e6)
}

function describe(volumeName: string, starts: Start[]): string {
  const columns = [starts.map(({ fromRun }) => fromRun), starts.map(({ fromStart }) => fromStart)].map((times) => {
    const sorted = times.toSorted((a, b) => a - b)
    return `${sorted[STARTS / 2]?.toFixed(0)} (${sorted.at(-1)?.toFixed(0)})`
  })
  return `| ${[volumeName, ...columns].join(' | ')} |`
}
