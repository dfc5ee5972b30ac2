import { describe, expect, test } from 'vitest'
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

  test('names the database that it cannot reach, without the password', async () => {
    const { status, stderr } = await seed('postgresql://roster:secret@127.0.0.1:1/roster')
    expect(status).toBe(1)
    expect(stderr).toMatch(/^(?!.*secret).*The database roster at 127\.0\.0\.1 cannot be seeded: connect ECONNREFUSED/)
  })
})
