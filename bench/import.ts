// `npm run bench:import [-- --people N]`: `roster import` beside `.import` of the sqlite3 shell, of the same file into the same schema. With
// `--postgres URL`, beside `\copy` of psql, in two databases that are made on that server, and removed again.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { prepareDatabase as preparePostgres } from '../server/database/postgres/prepare.ts'
import { generatePerson } from '../server/database/sqlite/people.ts'
import { prepareDatabase } from '../server/database/sqlite/prepare.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'

const RESULTS = join(ROOT, 'bench/import.md')
const POSTGRES_RESULTS = join(ROOT, 'bench/import-postgres.md')
const PEOPLE_PER_WRITE = 10_000
const CHANGED_SHARE = 0.01
const NOTHING: Run = { seconds: 0, megabytes: 0 }

type Run = { seconds: number; megabytes: number }

const { values } = parseArgs({ options: { people: { type: 'string', default: '1000000' }, postgres: { type: 'string' } } })
const people = Number(values.people)
const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
try {
  const table = values.postgres === undefined ? await measure() : await measurePostgres(values.postgres)
  console.log(table)
  writeFileSync(values.postgres === undefined ? RESULTS : POSTGRES_RESULTS, table)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure(): Promise<string> {
  const file = writePeople(join(folder, 'people.csv'), () => false)
  const changed = writePeople(join(folder, 'changed.csv'), (index) => index % (1 / CHANGED_SHARE) === 0)
  const shell = createDatabase('shell.db')
  const own = databaseUrl(createDatabase('roster.db'))
  const rows = [
    ['`sqlite3` `.import`, empty database', await run('sqlite3', [shell, `.import --csv --skip 1 ${file} User`], databaseUrl(shell))],
    ['`roster import`, empty database', await rosterImport(file, own)],
    ['the same file again: nothing to write', await rosterImport(file, own)],
    [`${CHANGED_SHARE * 100} % have another age`, await rosterImport(changed, own)],
    ['the same with `--mode mirror`: a copy first', await rosterImport(file, own, ['--mode', 'mirror'])],
  ] as const
  return describe('Import', 'npm run bench:import', rows)
}

/** On the server at `url`, whose role may create databases. */
async function measurePostgres(url: string): Promise<string> {
  const file = writePeople(join(folder, 'people.csv'), () => false)
  const changed = writePeople(join(folder, 'changed.csv'), (index) => index % (1 / CHANGED_SHARE) === 0)
  const [copied, own] = ['roster_bench_copy', 'roster_bench_import'].map((name) => url.replace(/^(\w+:\/\/[^/?]*)[^?]*/, `$1/${name}`))
  if (copied === undefined || own === undefined) throw new Error('there are two databases')
  try {
    for (const database of [copied, own]) await preparePostgres(database, { seed: 'none', report: () => {} })
    const copy = `\\copy "User" ("id", "username", "email", "age") FROM '${file}' CSV HEADER`
    return describe('Import into PostgreSQL', 'npm run bench:import -- --postgres URL', [
      ['`psql` `\\copy`, empty database', await run('psql', ['-q', copied, '-c', copy], copied)],
      ['`roster import`, empty database', await rosterImport(file, own)],
      ['the same file again: nothing to write', await rosterImport(file, own)],
      [`${CHANGED_SHARE * 100} % have another age`, await rosterImport(changed, own)],
    ])
  } finally {
    for (const name of ['roster_bench_copy', 'roster_bench_import'])
      await run('psql', ['-q', url, '-c', `DROP DATABASE IF EXISTS ${name}`], url)
  }
}

/** The first of `rows` is what the second is compared with. */
function describe(title: string, command: string, rows: readonly (readonly [string, Run])[]): string {
  const [[name, reference] = ['', NOTHING], [, imported] = ['', NOTHING]] = rows
  return [
    `# ${title}`,
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}. \`${command}\`, ${people.toLocaleString('en')} people, CSV.`,
    'The machine is shared: compare the rows, not runs.',
    '',
    '| | Seconds | People a second | Memory, MB |',
    '|---|--:|--:|--:|',
    ...rows.map(
      ([name, { seconds, megabytes }]) =>
        `| ${name} | ${seconds.toFixed(1)} | ${Math.round(people / seconds).toLocaleString('en')} | ${megabytes} |`,
    ),
    '',
    `Into an empty database, \`roster import\` is ${(reference.seconds / imported.seconds).toFixed(2)} times as fast as ${name.split(',', 1)[0]}.`,
    '',
  ].join('\n')
}

/** Writes the generated people; those that `isOlder` accepts are one year older. */
function writePeople(file: string, isOlder: (index: number) => boolean): string {
  const descriptor = openSync(file, 'w')
  writeSync(descriptor, 'id,username,email,age\r\n')
  for (let first = 0; first < people; first += PEOPLE_PER_WRITE) {
    const lines = Array.from({ length: Math.min(PEOPLE_PER_WRITE, people - first) }, (_, offset) => {
      const { username, email, age } = generatePerson(first + offset)
      // The shell cannot leave out an id or an age.
      return `${1 + first + offset},${username},${email},${(age ?? 40) + (isOlder(first + offset) ? 1 : 0)}\r\n`
    })
    writeSync(descriptor, lines.join(''))
  }
  closeSync(descriptor)
  return file
}

function createDatabase(name: string): string {
  const file = join(folder, name)
  prepareDatabase(file, { seed: 'none', report: () => {} })
  return file
}

function rosterImport(file: string, database: string, options: string[] = []): Promise<Run> {
  return run(process.execPath, ['server/roster.ts', 'import', file, ...options], database)
}

async function run(program: string, programArguments: string[], url: string): Promise<Run> {
  const start = performance.now()
  const child = spawn(program, programArguments, {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url },
    stdio: 'inherit',
  })
  let kilobytes = 0
  // The kernel keeps the largest size until the process ends.
  const timer = setInterval(() => (kilobytes = Math.max(kilobytes, readPeakKilobytes(child.pid ?? 0))), 100)
  const [status] = await once(child, 'exit')
  clearInterval(timer)
  if (status !== 0) throw new Error(`${program} exited with ${status}`)
  return { seconds: (performance.now() - start) / 1_000, megabytes: Math.round(kilobytes / 1_000) }
}

function readPeakKilobytes(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}
