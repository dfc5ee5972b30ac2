import { describe, expect, onTestFinished, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { ENGINES } from '../../fixtures/engines.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'

const SAMPLES = SAMPLE_PEOPLE.length

describe.each(ENGINES.filter(({ name }) => name === 'PostgreSQL'))('in $name', ({ start }) => {
  const temporaryDirectory = start()

  async function seed(url: string, args: string[] = []) {
    const command = new RosterProcess({ command: [process.execPath, 'prisma/seed.ts', ...args], env: { DATABASE_URL: url } })
    const { status } = await command.exited()
    return { status, stdout: command.stdout, stderr: command.stderr }
  }

  test('adds the sample people, then others up to a number, and nothing twice', async () => {
    const { url, query, execute } = await temporaryDirectory()
    expect(await seed(url)).toEqual({ status: 0, stdout: `Added ${SAMPLES} people; the database has ${SAMPLES} people.\n`, stderr: '' })
    expect(await seed(url)).toMatchObject({ stdout: `Nothing to add; the database has ${SAMPLES} people.\n` })
    expect(await seed(url, ['--count', '300'])).toMatchObject({
      stdout: expect.stringContaining(`Added ${300 - SAMPLES} people; the database has 300 people.`),
    })
    await execute(`DELETE FROM "User" WHERE "username" = 'ada'`)
    expect(await seed(url, ['--count', '400'])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('the database has 400 people.'),
    })
    expect(await query(`SELECT count(*)::int AS "people", max("id") AS "last" FROM "User"`)).toEqual([{ people: 400, last: 401 }])
  })

  test('SIGINT keeps who was added, and the next run continues from there', async () => {
    const { url, query } = await temporaryDirectory()
    const script = 'exec "$0" prisma/seed.ts --count 1000000 2>&1'
    const command = new RosterProcess({ command: ['sh', '-c', script, process.execPath], env: { DATABASE_URL: url } })
    onTestFinished(() => command.stop())
    await command.printed(/[1-9]\d? % /)
    command.kill('SIGINT')
    expect(await command.exited()).toEqual({ status: 130, signal: null })
    const [row] = await query('SELECT count(*)::int AS "people" FROM "User"')
    const people = Number(row?.people)
    expect(command.stdout).toMatch(/Interrupted; run the same command again to continue\.\nAdded [\d,]+ people; the database has /)
    expect(await seed(url, ['--count', String(people + 10)])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('Added 10 people;'),
    })
  })

  test('a role that may only read is refused, with the role to use', async () => {
    const { url, execute } = await temporaryDirectory()
    await execute('CREATE ROLE web LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO web')
    expect(await seed(url.replace('postgres@', 'web@'))).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /cannot be seeded: role "web" may not change it; use the address of role "postgres" in DATABASE_URL\n$/,
      ),
    })
  })

  test('names the database that it cannot reach, without the password', async () => {
    const { status, stderr } = await seed('postgresql://roster:secret@127.0.0.1:1/roster')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^(?!.*secret).*The database roster at 127\.0\.0\.1 cannot be reached: connect ECONNREFUSED/)
  })
})
