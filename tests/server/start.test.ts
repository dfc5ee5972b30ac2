// Over 200 lines: half of it is tables of starts that fail.
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { databaseUrl } from '../../server/database/url.ts'
import { freePort } from '../fixtures/free-port.ts'
import { addNamedPeople } from '../fixtures/named-people.ts'
import { type Exit, RosterProcess } from '../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../fixtures/temporary-database.ts'

const NOBODY = 65_534

function start(options: ConstructorParameters<typeof RosterProcess>[0]): RosterProcess {
  const roster = new RosterProcess(options)
  onTestFinished(() => roster.stop())
  return roster
}

function startOn(file: string, env: Record<string, string> = {}): RosterProcess {
  return start({ env: { DATABASE_URL: databaseUrl(file), ...env } })
}

/** The processes that were started with `url` as their database. */
function listProcesses(url: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`DATABASE_URL=${url}\0`)
    } catch {
      return false
    }
  })
}

async function startedText(roster: RosterProcess, path: string): Promise<string> {
  return (await fetch((await roster.address()) + path)).text()
}

describe('a start', () => {
  test('creates, migrates and fills a missing database, and prints it', async () => {
    const file = join(temporaryFolder(), 'new', 'roster.db')
    const roster = startOn(file)
    expect(await startedText(roster, '/user/profile/1')).toContain('admin@example.com')
    expect(roster.stdout).toContain(`Creating ${file}`)
    expect(roster.stdout).toMatch(/Database {2}.*roster\.db\n {2}People {4}\d\d\n/)
    expect(roster.stderr).toBe('')
  })

  test('does not change the people of an existing database', async () => {
    const { file, sql } = temporaryDatabase()
    addNamedPeople(sql)
    const roster = startOn(file)
    await roster.address()
    expect(roster.stdout).toMatch(/People {4}10\n/)
    expect(roster.stdout).not.toContain('Creating')
  })

  test('adds nobody to an existing database without people', async () => {
    const roster = startOn(temporaryDatabase().file)
    expect(await startedText(roster, '/users')).toContain('There is no one here yet')
  })

  test('listens on HOST and PORT', async () => {
    const roster = startOn(temporaryDatabase().file, { HOST: '::1' })
    expect(await roster.address()).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect(await startedText(roster, '/')).toContain('Roster')
  })
})

describe('a stop', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('by %s has status 0', async (signal) => {
    const roster = startOn(temporaryDatabase().file)
    const address = await roster.address()
    roster.kill(signal)
    expect(await roster.exited()).toEqual({ status: 0, signal: null })
    await expect(fetch(address)).rejects.toThrow()
  })

  test.each([
    ['Ctrl-C in a terminal', (npm: RosterProcess) => npm.killGroup('SIGINT')],
    ['SIGTERM to npm', (npm: RosterProcess) => npm.kill('SIGTERM')],
  ])('of `npm start` by %s leaves no process', async (_, end) => {
    const npm = start({ command: ['npm', 'start'], env: { DATABASE_URL: databaseUrl(temporaryDatabase().file) } })
    const address = await npm.address()
    end(npm)
    // The pipe of its output closes only when the last process that holds it is gone.
    expect(await npm.exited()).toEqual({ status: 0, signal: null })
    await expect(fetch(address)).rejects.toThrow()
  })

  test('of `npm start` by closing its terminal leaves no process', async () => {
    const url = databaseUrl(temporaryDatabase().file)
    const terminal = start({ command: ['script', '--quiet', '--flush', '--command', 'npm start', '/dev/null'], env: { DATABASE_URL: url } })
    const address = await terminal.address()
    expect(listProcesses(url).length).toBeGreaterThan(1)
    terminal.kill('SIGKILL')
    await vi.waitFor(() => expect(listProcesses(url)).toEqual([]), { timeout: 30_000 })
    await expect(fetch(address)).rejects.toThrow()
  })

  test('of `npm start` leaves no process when the program that its output is piped to has exited', async () => {
    const port = String(await freePort())
    const env = { DATABASE_URL: databaseUrl(temporaryDatabase().file), PORT: port }
    const npm = start({ command: ['sh', '-c', 'npm start | head -n 1'], env })
    let exit: Exit | null = null
    void npm.exited().then((ended) => {
      exit = ended
    })
    // Everything may be printed before the reader exits: only the log line of another request then fails.
    const ask = () => fetch(`http://127.0.0.1:${port}/`).catch(() => null)
    await expect.poll(() => ask().then(() => exit), { timeout: 30_000 }).toEqual({ status: 0, signal: null })
    expect(npm.stderr).toBe('')
  })
})

test('pages are served even if the log cannot be written', async () => {
  const port = String(await freePort())
  const env = { DATABASE_URL: databaseUrl(temporaryDatabase().file), PORT: port }
  const roster = start({ command: ['sh', '-c', `exec ${process.execPath} server/bootstrap.mjs server/roster.ts start > /dev/full`], env })
  const ask = async () => expect((await fetch(`http://127.0.0.1:${port}/users`)).status).toBe(200)
  await vi.waitFor(ask, { timeout: 30_000 })
  await ask()
  roster.kill('SIGTERM')
  expect(await roster.exited()).toEqual({ status: 0, signal: null })
})

describe('a start that fails prints the reason in one line, and changes nothing', () => {
  async function expectRefusal(roster: RosterProcess, line: string | RegExp) {
    expect((await roster.exited()).status).toBe(1)
    expect(roster.stderr.trimEnd().split('\n')).toEqual([expect.stringMatching(line)])
    expect(roster.stdout).not.toContain('ready')
  }

  test('port taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const file = join(temporaryFolder(), 'roster.db')
    await expectRefusal(startOn(file, { PORT: port }), `Port ${port} on 127.0.0.1 is in use`)
    expect(existsSync(file)).toBe(false)
  })

  test.each(['http', '-1', '65536', '80.5'])('PORT=%s', async (port) => {
    await expectRefusal(startOn('/nowhere/roster.db', { PORT: port }), `PORT is "${port}"`)
  })

  test('HOST that is not an address of this machine', async () => {
    await expectRefusal(startOn('/nowhere/roster.db', { HOST: '192.0.2.1' }), 'HOST is "192.0.2.1"')
  })

  test.each([
    ['mysql://db/roster', 'DATABASE_URL is "mysql://db/roster"'],
    [
      'postgresql://web:secret@127.0.0.1:1/roster',
      /^(?!.*secret)The database roster at 127\.0\.0\.1 cannot be reached: connect ECONNREFUSED/,
    ],
  ])('DATABASE_URL=%s', async (url, line) => {
    await expectRefusal(start({ env: { DATABASE_URL: url } }), line)
  })

  test('Node too old', async () => {
    const older = `data:text/javascript,Object.defineProperty(process.versions,'node',{value:'18.20.8'})`
    await expectRefusal(start({ env: { NODE_OPTIONS: `--import=${older}` } }), 'Node 18.20.8 is too old')
  })

  test('a file that is not a SQLite database', async () => {
    const file = join(temporaryFolder(), 'roster.db')
    writeFileSync(file, 'Dear diary, today I was not a database.')
    await expectRefusal(startOn(file), 'it is not a SQLite database')
    expect(readFileSync(file, 'utf8')).toBe('Dear diary, today I was not a database.')
  })

  test('a damaged database', async () => {
    const { file, sql } = temporaryDatabase()
    sql.close()
    const bytes = readFileSync(file)
    bytes.fill(0xff, 100)
    writeFileSync(file, bytes)
    await expectRefusal(startOn(file), 'malformed')
    expect(readFileSync(file)).toEqual(bytes)
  })

  test('a folder', async () => {
    const file = join(temporaryFolder(), 'roster.db')
    mkdirSync(file)
    await expectRefusal(startOn(file), 'it is a folder')
  })

  test('a folder for it that cannot be made', async () => {
    const obstacle = join(temporaryFolder(), 'obstacle')
    writeFileSync(obstacle, '')
    await expectRefusal(startOn(join(obstacle, 'new', 'roster.db')), /obstacle.* cannot be used: .*not a directory/)
  })

  test('a database that a newer release has migrated', async () => {
    const { file, sql } = temporaryDatabase()
    sql.exec(
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at") VALUES ('x', 'x', '29990101000000_future', 1)`,
    )
    await expectRefusal(startOn(file), /migrated by a newer release \(29990101000000_future\)/)
  })

  test('a database in which a migration has failed', async () => {
    const { file, sql } = temporaryDatabase()
    sql.exec(`INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name") VALUES ('x', 'x', '20270101000000_broken')`)
    await expectRefusal(startOn(file), /migration 20270101000000_broken failed/)
  })

  test('a database that has lost a constraint', async () => {
    const { file, sql } = temporaryDatabase()
    sql.exec('DROP INDEX "User_email_key"')
    await expectRefusal(startOn(file), /index User_email_key is missing/)
  })

  describe.skipIf(process.getuid?.() !== 0)('as a user without rights', () => {
    async function refusalFor({ file, mode, folderMode }: { file: string; mode: number; folderMode: number }, line: string) {
      const folder = join(file, '..')
      chmodSync(file, mode)
      chownSync(folder, NOBODY, NOBODY)
      chmodSync(folder, folderMode)
      const before = statSync(file)
      await expectRefusal(start({ env: { DATABASE_URL: databaseUrl(file) }, uid: NOBODY }), line)
      expect(statSync(file).mtimeMs).toBe(before.mtimeMs)
    }

    test('a database that is not readable', () =>
      refusalFor({ file: temporaryDatabase().file, mode: 0o600, folderMode: 0o700 }, 'it is not readable'))
    test('a database that is not writable', () =>
      refusalFor({ file: temporaryDatabase().file, mode: 0o644, folderMode: 0o700 }, 'it is not writable'))
    test('a folder that is not writable', () =>
      refusalFor({ file: temporaryDatabase().file, mode: 0o666, folderMode: 0o500 }, 'its folder is not writable'))
  })
})
