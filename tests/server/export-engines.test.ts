import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatePerson } from '../../server/database/sqlite/people.ts'
import { ROOT } from '../../server/paths.ts'
import { ENGINES } from '../fixtures/engines.ts'
import { NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const FORMATS = ['csv', 'json', 'ndjson', 'vcf']

// More than the first steps of a stream have; generated people have names in thirty scripts.
const PEOPLE = [...NAMED_PEOPLE, ...Array.from({ length: 5_000 }, (_, index) => ({ id: 100 + index, ...generatePerson(index) }))]

function roster(url: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['server/roster.ts', ...args], {
    cwd: ROOT,
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  })
  return { status, stdout, stderr }
}

describe.skipIf(ENGINES.length < 2)('on each engine', () => {
  const starts = ENGINES.map(({ start }) => start())

  test.each(FORMATS)('the same people are the same %s, and the same people once they are imported', async (format) => {
    const directories = await Promise.all(starts.map((temporaryDirectory) => temporaryDirectory()))
    for (const { addPeople } of directories) await addPeople(PEOPLE)
    const lists = [[], ['--sort', 'username', '--dir', 'desc'], ['--sort', 'age', '--age-min', '30'], ['--q', 'example.org m']]
    for (const list of lists) {
      const [sqlite, postgres] = directories.map(({ url }) => roster(url, 'export', '--format', format, ...list))
      expect(sqlite).toMatchObject({ status: 0, stderr: '' })
      expect(postgres).toEqual(sqlite)
    }
    const everybody = roster(directories[0]?.url ?? '', 'export', '--format', format).stdout
    const file = join(temporaryFolder(), `people.${format}`)
    writeFileSync(file, everybody)
    const empty = await Promise.all(starts.map((temporaryDirectory) => temporaryDirectory()))
    for (const { url } of empty) {
      expect(roster(url, 'import', file, '--key', 'id')).toMatchObject({ status: 0, stdout: expect.stringContaining('5,010 added') })
      expect(roster(url, 'export', '--format', format).stdout).toBe(everybody)
    }
  })

  test('a database that cannot be reached is named, without its password', () => {
    expect(roster('postgresql://web:secret@127.0.0.1:1/roster', 'export')).toEqual({
      status: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^The people cannot be exported: The database roster at 127\.0\.0\.1 cannot be reached: connect ECONNREFUSED(?!.*secret).*\n$/,
      ),
    })
  })
})
