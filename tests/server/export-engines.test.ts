import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { generatePerson } from '../../server/database/sqlite/people.ts'
import { ROOT } from '../../server/paths.ts'
import { type Directory, ENGINES } from '../fixtures/engines.ts'
import { NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

const FORMATS = ['csv', 'json', 'ndjson', 'vcf']

// More than the first steps of a stream have; generated people have names in thirty scripts.
const PEOPLE = [...NAMED_PEOPLE, ...Array.from({ length: 1_000 }, (_, index) => ({ id: 100 + index, ...generatePerson(index) }))]

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

  async function directoriesWithPeople(): Promise<Directory[]> {
    const directories = await Promise.all(starts.map((temporaryDirectory) => temporaryDirectory()))
    for (const { addPeople } of directories) await addPeople(PEOPLE)
    return directories
  }

  test.each([
    ['--sort', 'username', '--dir', 'desc'],
    ['--sort', 'age', '--age-min', '30'],
    ['--q', 'example.org m'],
  ])('the same people are on the list %s %s', async (...list) => {
    const [sqlite, postgres] = (await directoriesWithPeople()).map(({ url }) => roster(url, 'export', ...list))
    expect(sqlite).toMatchObject({ status: 0, stderr: '' })
    expect(postgres).toEqual(sqlite)
  })

  test.each(FORMATS)('everybody is the same %s, and the same people once that is imported', async (format) => {
    const [sqlite, postgres] = (await directoriesWithPeople()).map(({ url }) => roster(url, 'export', '--format', format))
    expect(sqlite).toMatchObject({ status: 0, stderr: '' })
    expect(postgres).toEqual(sqlite)
    const file = join(temporaryFolder(), `people.${format}`)
    writeFileSync(file, sqlite?.stdout ?? '')
    const [, empty] = await Promise.all(starts.map((temporaryDirectory) => temporaryDirectory()))
    expect(roster(empty?.url ?? '', 'import', file, '--key', 'id')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${PEOPLE.length.toLocaleString('en')} added`),
    })
    expect(roster(empty?.url ?? '', 'export', '--format', format)).toEqual(sqlite)
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
