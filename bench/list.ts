// `npm run bench:list [-- --database FILE]`: how long the model takes for one page of the list, on a million people.
// Over 200 lines: half of it is the list of cases.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { parseArgs } from 'node:util'
import { type UserListQuery, userListHref } from '../app/_models/user-list-query.ts'
import manifest from '../package.json' with { type: 'json' }
import { prepareDatabase } from '../server/database/sqlite/prepare.ts'
import { databaseUrl } from '../server/database/url.ts'
import { ROOT } from '../server/paths.ts'

const PEOPLE = 1_000_000
const CALLS = 108
const WARMING_CALLS = 1_000
const RESULTS = join(ROOT, 'bench/list.md')

const ALL: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }
const SORTS = (['id', 'username', 'email', 'age'] as const).flatMap((sort) => (['asc', 'desc'] as const).map((dir) => ({ sort, dir })))
const ORDERS = [{ sort: null, dir: 'asc' as const }, ...SORTS]
const PAGES = { first: 1, 'page 10,000': 10_000, last: 20_000 }

type Case = { name: string; queries: UserListQuery[] }

/** One case in several orders has one row in the table. */
const CASES: Case[] = [
  ...Object.entries(PAGES).map(([name, page]) => inOrders(`everybody, ${name}`, { page }, SORTS)),
  inOrders('ages 30 to 60, first', { age_min: 30, age_max: 60 }),
  inOrders('ages 30 to 60, page 5,000', { age_min: 30, age_max: 60, page: 5_000 }),
  inOrders('age 99', { age_min: 99, age_max: 99 }),
  inOrders('age unknown, page 300', { age: 'unknown', page: 300 }),
  inOrders('rare word', { q: 'feather' }),
  inOrders('no match', { q: 'qqqzzz' }),
  inOrders('exact name', { q: 'becker.hassan8' }),
  inOrders('exact email', { q: 'hassan.becker8@example.org' }),
  inOrders('two words', { q: 'anna son' }),
  inOrders('two names', { q: 'hassan becker' }),
  inOrders('initial and name, accented', { q: 'm guzmán' }),
  inOrders('name and domain', { q: 'hassan example.org' }),
  ...['anna', 'example'].flatMap((q) => ORDERS.map((order) => inOrders(`${q}, ${order.sort ?? 'relevance'} ${order.dir}`, { q }, [order]))),
  inOrders('example, page 200', { q: 'example', page: 200 }),
  inOrders('example, ages 20 to 40', { q: 'example', age_min: 20, age_max: 40 }),
  inOrders('example, age 99', { q: 'example', age_min: 99, age_max: 99 }),
  inOrders('example, ages 80 and over', { q: 'example', age_min: 80 }),
  inOrders('anna, ages 80 and over', { q: 'anna', age_min: 80 }),
  inOrders('ski, page 200', { q: 'ski', page: 200 }),
  inOrders('one letter', { q: 'a' }),
  inOrders('one letter, page 200', { q: 'a', page: 200 }),
  inOrders('two letters', { q: 'an' }),
  inOrders('one letter, accented', { q: 'ł' }),
  inOrders('accented name', { q: 'Jürgen' }),
  inOrders('accented name, as ASCII', { q: 'jurgen muller' }),
  inOrders('Han character of 3 %', { q: '明' }),
  inOrders('Chinese given name', { q: '明华' }),
  inOrders('Korean syllable', { q: '하' }),
  inOrders('Korean given name', { q: '서연' }),
  inOrders('two letters, Cyrillic', { q: 'ан' }),
]

/** The most expensive searches that we know of. */
const NASTY: string[] = [
  'a',
  'ł',
  'a b c d e f g h i j',
  'ma an mo jo li fa da el ah so',
  'ple',
  'an.an.an',
  'com org',
  'example.com example.org',
  'e.com exam ann',
  'm example.com',
  'maria example',
  'mohammed',
  'josé müller',
  'example ł',
  '明',
  '明 ан 서',
  '"""',
  '"a" OR NEAR(exa com) *',
  'example xample ample mple exampl examp exam exa xam amp',
  '@example.com example.com @example. example. xample.co ample.com mple.com ple.com le.com example.org',
  ['', ...'123456789'].map((digit) => `${digit}@example.com`).join(' '),
  listWindows('mariaannanamarianana'),
  listWindows('@example.com.org.net'),
  'a'.repeat(200),
  'exampleexample'.repeat(15).slice(0, 200),
]
const NASTY_AGES = [{}, { age: 'unknown' as const }, { age_min: 30, age_max: 60 }, { age_min: 80 }, { age_min: 99, age_max: 99 }]
const NASTY_PAGES = [1, 100, 200]
const SLOWEST = 10
const WRITTEN = 10_000

const packages: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies }
const { values } = parseArgs({ options: { database: { type: 'string' } } })
const folder = mkdtempSync(join(tmpdir(), 'roster-bench-'))
try {
  const file = values.database ?? seed(join(folder, 'roster.db'))
  const table = `${describe(file)}\n${measureWriting(file)}\n${await measure(file)}`
  console.log(table)
  writeFileSync(RESULTS, table)
} finally {
  rmSync(folder, { recursive: true })
}

function inOrders(name: string, query: Partial<UserListQuery>, orders: Pick<UserListQuery, 'sort' | 'dir'>[] = ORDERS): Case {
  return { name, queries: orders.map((order) => ({ ...ALL, ...query, ...order })) }
}

/** Ten words of the 20 characters of `text`, each starting at another character. */
function listWindows(text: string): string {
  return Array.from({ length: 10 }, (_, start) => text.slice(start) + text.slice(0, start)).join(' ')
}

function seed(file: string): string {
  prepareDatabase(file)
  const start = performance.now()
  spawnSync('node', ['prisma/seed.ts', '--count', String(PEOPLE)], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: databaseUrl(file) },
    stdio: 'inherit',
  })
  console.log(`Seeded in ${((performance.now() - start) / 1000).toFixed(0)} s`)
  return file
}

function describe(file: string): string {
  using database = new DatabaseSync(file)
  const sizes = database.prepare('SELECT name, sum(pgsize) AS bytes FROM dbstat GROUP BY name HAVING bytes > 1e6 ORDER BY bytes DESC').all()
  return [
    '# One page of the list, in the model',
    '',
    `${cpus()[0]?.model} × ${cpus().length}, Node ${process.versions.node}, Prisma ${packages.prisma}. \`npm run bench:list\`, ${CALLS} calls of each.`,
    '',
    `${PEOPLE.toLocaleString('en')} people. Megabytes: ${sizes.map(({ name, bytes }) => `${name} ${(Number(bytes) / 1e6).toFixed(0)}`).join(', ')}.`,
    '',
  ].join('\n')
}

/** The cost of keeping the search index, the counts and the indexes of the list up to date. Does not change the database. */
function measureWriting(file: string): string {
  using database = new DatabaseSync(file)
  database.exec('PRAGMA cache_size = -114688')
  const list = (type: string) =>
    database
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = ? AND tbl_name IN ('User', 'UserText') AND sql IS NOT NULL AND name NOT LIKE '%_key'`,
      )
      .all(type)
  const measureInserts = () => {
    const insert = database.prepare(`INSERT INTO "User" ("username", "email", "age") VALUES (?, ?, ?)`)
    const start = performance.now()
    for (let added = 0; added < WRITTEN; added++)
      insert.run(`maria.kowalska-${added}q`, `maria.kowalska-${added}q@example.com`, 20 + (added % 60))
    return `${(((performance.now() - start) * 1000) / WRITTEN).toFixed(0)} µs`
  }
  database.exec('BEGIN')
  const all = measureInserts()
  database.exec('ROLLBACK; BEGIN')
  for (const type of ['trigger', 'index']) for (const { name } of list(type)) database.exec(`DROP ${type} "${name}"`)
  const bare = measureInserts()
  database.exec('ROLLBACK')
  return `To add ${WRITTEN.toLocaleString('en')} people one by one in a transaction takes ${all} each, and ${bare} without what the list needs.\n`
}

async function measure(file: string): Promise<string> {
  process.env.DATABASE_URL = databaseUrl(file)
  // The package throws outside of a server bundle by design.
  registerHooks({
    resolve: (name, context, next) =>
      next(name, name === 'server-only' ? { ...context, conditions: [...context.conditions, 'react-server'] } : context),
  })
  const { listUsers } = await import('../app/_models/user.ts')
  for (let call = 0; call < WARMING_CALLS; call++) await listUsers(ALL)
  const rows = ['| Query | p50 ms | p99 ms | Matches | Too broad |', '|---|--:|--:|--:|--:|']
  for (const { name, queries } of CASES) {
    const times: number[] = []
    const pages = []
    // Once before the measurement: the operating system may not have read the file yet.
    for (const query of queries) await listUsers(query)
    for (let call = 0; call < CALLS; call++) {
      const query = queries[call % queries.length] ?? ALL
      const start = performance.now()
      pages.push(await listUsers(query))
      times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    const [p50, p99] = [0.5, 0.99].map((share) => times[Math.floor(share * (CALLS - 1))]?.toFixed(1))
    const [count, isExact] = [pages[0]?.count, pages[0]?.isCountExact]
    const broad = pages.filter(({ isTooBroad }) => isTooBroad).length
    rows.push(
      `| ${name} | ${p50} | ${p99} | ${isExact ? '' : 'more than '}${count?.toLocaleString('en')} | ${broad ? `${Math.round((100 * broad) / CALLS)} %` : ''} |`,
    )
  }
  return `${rows.join('\n')}\n\n${await measureNasty(listUsers)}`
}

async function measureNasty(listUsers: typeof import('../app/_models/user.ts').listUsers): Promise<string> {
  const calls: { query: UserListQuery; milliseconds: number; isTooBroad: boolean }[] = []
  for (const q of NASTY)
    for (const age of NASTY_AGES)
      for (const page of NASTY_PAGES)
        for (const order of ORDERS) {
          const query = { ...ALL, q, ...age, page, ...order }
          const before = process.threadCpuUsage()
          const { isTooBroad } = await listUsers(query)
          const { user, system } = process.threadCpuUsage(before)
          calls.push({ query, milliseconds: (user + system) / 1000, isTooBroad })
        }
  calls.sort((a, b) => b.milliseconds - a.milliseconds)
  const broad = calls.filter(({ isTooBroad }) => isTooBroad).length
  return [
    `Processor time of ${calls.length.toLocaleString('en')} nasty lists, each once; ${Math.round((100 * broad) / calls.length)} % are too broad. The slowest:`,
    '',
    '| Query | ms | Too broad |',
    '|---|--:|---|',
    ...calls
      .slice(0, SLOWEST)
      .map(({ query, milliseconds, isTooBroad }) => `| ${userListHref(query)} | ${milliseconds.toFixed(0)} | ${isTooBroad ? 'yes' : ''} |`),
    '',
  ].join('\n')
}
