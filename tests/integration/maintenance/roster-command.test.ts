import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { listMigrations } from '../../../server/database/sqlite/migrate.ts'
import { databaseUrl } from '../../../server/database/url.ts'
import { ROOT } from '../../../server/paths.ts'
import { addNamedPeople, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'

const SCRIPT = join(ROOT, 'server/roster.ts')
const COMMANDS = [
  ...['start', 'serve', 'dev', 'build', 'prepare', 'seed', 'import', 'export', 'move', 'backup', 'restore', 'check', 'status'],
  ...['nginx-upstream', 'help'],
]
const ONLY_IN_SOURCES = ['dev', 'build']

function run(program: string, programArguments: string[], file = '/nowhere/roster.db', env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(program, programArguments, {
    env: { ...process.env, DATABASE_URL: databaseUrl(file), ...env },
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

function roster(commandArguments: string[], file?: string) {
  return run(process.execPath, [SCRIPT, ...commandArguments], file)
}

function listedCommands(help: string): string[] {
  return [...help.matchAll(/^ {2}([a-z-]+)(?: \[?<?\w+>?\]?)* {2,}\w/gm)].map(([, name]) => name ?? '')
}

describe('help', () => {
  test('lists all commands, also without arguments', () => {
    const { status, stdout, stderr } = roster(['--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(listedCommands(stdout)).toEqual(COMMANDS)
    for (const args of [[], ['help'], ['-h']]) expect(roster(args)).toEqual({ status: 0, stdout, stderr: '' })
  })

  test.each(COMMANDS)('of %s has a usage line and an example', (command) => {
    const { status, stdout, stderr } = roster([command, '--help'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: roster ${command}\\b`))
    expect(stdout).toMatch(new RegExp(`\\nExamples:\\n {2}.*roster ${command}\\b`))
    expect(roster(['help', command])).toEqual({ status, stdout, stderr })
  })

  test('in a release lists no command that needs the sources', () => {
    const release = temporaryFolder()
    const isReleased = (path: string) => !/\/server\/(?:commands\/(?:dev|build)\.ts|release)$/.test(path)
    cpSync(join(ROOT, 'server'), join(release, 'server'), { recursive: true, filter: isReleased })
    cpSync(join(ROOT, 'app/_site'), join(release, 'app/_site'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(release, 'node_modules'))
    const script = join(release, 'server/roster.ts')
    const { status, stdout } = run(process.execPath, [script, '--help'])
    expect(status).toBe(0)
    expect(listedCommands(stdout)).toEqual(COMMANDS.filter((command) => !ONLY_IN_SOURCES.includes(command)))
    expect(run(process.execPath, [script, 'build'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unknown command 'build'"),
    })
  })
})

test.each([
  [['obliterate'], "unknown command 'obliterate'"],
  [['help', 'obliterate'], "unknown command 'obliterate'"],
  [['seeed'], "unknown command 'seeed' (Did you mean seed?)"],
  [['--force'], "unknown option '--force'"],
  [['backup', '--force'], "unknown option '--force'"],
  [['backup', 'one', 'two'], "too many arguments for 'backup'. Expected 1 argument but got 2: one, two"],
  ...COMMANDS.filter((command) => !['import', 'export', 'move', 'backup', 'restore', 'nginx-upstream', 'help'].includes(command)).map(
    (command): [string[], string] => [[command, 'more'], `too many arguments for '${command}'. Expected 0 arguments but got 1: more`],
  ),
  [['seed', '--count'], "option '--count <N>' argument missing"],
  [['move'], "required option '--to <URL>' not specified"],
  [['restore'], "missing required argument 'FILE'"],
  [['nginx-upstream'], "missing required argument 'N'"],
  ...['0', '65', 'two', '-1'].map((workers): [string[], string] => [
    ['nginx-upstream', workers],
    `command-argument value '${workers}' is invalid for argument 'N'. It must be a whole number from 1 to 64`,
  ]),
])('%j is refused in one line', (args, problem) => {
  expect(roster(args)).toEqual({ status: 2, stdout: '', stderr: `roster: ${problem}; see roster --help\n` })
})

test('a setting that is invalid is named in one line', () => {
  expect(run(process.execPath, [SCRIPT, 'status'], undefined, { PORT: 'http' })).toEqual({
    status: 1,
    stdout: '',
    stderr: 'PORT is "http"; it must be a number from 0 to 65535 (0: any free one)\n',
  })
})

describe('status', () => {
  const ALL = listMigrations().length

  test('of a database that this release can serve', () => {
    const { file, sql } = temporaryDatabase()
    addNamedPeople(sql)
    expect(roster(['status'], file)).toEqual({
      status: 0,
      stdout: `Database    ${file}\nPeople      ${NAMED_PEOPLE.length}\nMigrations  ${ALL} of ${ALL} applied\nSchema      matches the migrations\n`,
      stderr: '',
    })
  })

  test('names pending migrations', () => {
    const { file } = temporaryDatabase(listMigrations().slice(0, -1))
    expect(roster(['status'], file)).toEqual({
      status: 1,
      stdout: `Database    ${file}\nPeople      0\nMigrations  ${ALL - 1} of ${ALL} applied\nPending     ${listMigrations().at(-1)?.name}\n`,
      stderr: `The database ${file} cannot be served: it lacks migrations; apply them with roster prepare\n`,
    })
  })

  test('names what differs in the schema', () => {
    const { file, sql } = temporaryDatabase()
    sql.exec('DROP INDEX "User_email_key"')
    expect(roster(['status'], file)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('Schema      index User_email_key is missing\n'),
      stderr: `The database ${file} cannot be served: its schema does not match the migrations; restore a backup\n`,
    })
  })

  test('of a missing database creates nothing', () => {
    const file = join(temporaryFolder(), 'roster.db')
    expect(roster(['status'], file)).toEqual({
      status: 1,
      stdout: `Database    ${file}\n`,
      stderr: `The database ${file} cannot be served: it does not exist; create it with roster prepare, or check DATABASE_URL\n`,
    })
    expect(existsSync(file)).toBe(false)
  })
})

test('prepare creates the database, and seed adds people', () => {
  const file = join(temporaryFolder(), 'new', 'roster.db')
  expect(run(process.execPath, [SCRIPT, 'prepare'], file, { SEED: 'none' })).toEqual({
    status: 0,
    stdout: `Creating ${file} …\n${file} is ready, with 0 people.\n`,
    stderr: '',
  })
  expect(roster(['seed', '--count', '50'], file)).toMatchObject({ status: 0, stdout: 'Added 50 people; the database has 50 people.\n' })
})

test('a wrong logo stops what serves, before it does anything, and nothing else', () => {
  const file = join(temporaryFolder(), 'roster.db')
  const env = { SITE_LOGO: '/nowhere/logo.svg', SITE_ACCENT: 'brownish', SITE_NAME: 'x'.repeat(99) }
  for (const command of ['start', 'serve', 'dev']) {
    const { status, stdout, stderr } = run(process.execPath, [SCRIPT, command], file, env)
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: expect.stringMatching(/^SITE_NAME is "x+"; [^\n]+\n$/) })
    expect(existsSync(file)).toBe(false)
  }
  expect(run(process.execPath, [SCRIPT, 'prepare'], file, env)).toMatchObject({ status: 0, stderr: '' })
  expect(run(process.execPath, [SCRIPT, 'status'], file, env)).toMatchObject({ status: 0, stderr: '' })
})

test.each([
  [{}, '/run/roster'],
  [{ SOCKET_DIRECTORY: '/srv/sockets' }, '/srv/sockets'],
])('nginx-upstream with %j lists the sockets of each worker in %s', (env, folder) => {
  const { status, stdout, stderr } = run(process.execPath, [SCRIPT, 'nginx-upstream', '3'], undefined, env)
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const sockets = [...stdout.matchAll(/server unix:(\S+)/g)].map(([, path]) => path)
  expect([...new Set(sockets)]).toEqual(['worker-1', 'worker-2', 'worker-3', 'waiting'].map((name) => `${folder}/${name}.sock`))
})

test('npx roster is the same command, in the folder where it is called', () => {
  const { file } = temporaryDatabase()
  const cache = temporaryFolder()
  const npx = (...npxArguments: string[]) =>
    spawnSync('npx', ['--offline', 'roster', ...npxArguments], {
      cwd: join(ROOT, 'docs'),
      env: { ...process.env, DATABASE_URL: databaseUrl(file), npm_config_cache: cache },
      encoding: 'utf8',
    })
  expect(npx('--help')).toMatchObject({ status: 0, stdout: roster(['--help']).stdout })
  expect(npx('obliterate')).toMatchObject({ status: 2, stderr: expect.stringMatching(/^roster: unknown command/) })
  expect(npx('backup', 'roster-command-test.db').stdout).toContain(`to ${join(ROOT, 'docs/roster-command-test.db')} (`)
  rmSync(join(ROOT, 'docs/roster-command-test.db'))
})
