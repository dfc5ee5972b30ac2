import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../../server/paths.ts'
import { type Directory, ENGINES } from '../../fixtures/engines.ts'
import { NAMED_PEOPLE } from '../../fixtures/named-people.ts'

const CHECKS = ['Indexes', 'Schema', 'Structure', 'Sorted lists', 'Folded names', 'Search index', 'Ages', 'Next id', 'Constraints']

function check(url: string, ...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'server/roster.ts'), 'check', ...options], {
    env: { ...process.env, DATABASE_URL: url },
    encoding: 'utf8',
  })
  const lines = [...stdout.matchAll(/^([A-Z][\w ]*?) {2,}(\S.*)$/gm)].map(([, name = '', result = '']) => ({ name, result }))
  const problems = lines.filter(({ result }) => !/^ok \(\d+\.\d s\)$/.test(result)).map(({ name, result }) => `${name}: ${result}`)
  return { status, stderr, stdout, names: lines.map(({ name }) => name), problems }
}

describe.each(ENGINES.filter(({ name }) => name === 'PostgreSQL'))('on $name', ({ start }) => {
  const temporaryDirectory = start()

  async function directoryWithPeople(): Promise<Directory> {
    const directory = await temporaryDirectory()
    await directory.execute('CREATE EXTENSION amcheck')
    await directory.addPeople(NAMED_PEOPLE)
    return directory
  }

  /** Runs `change` while PostgreSQL does not write to the index `name`. */
  async function withoutIndex({ execute }: Directory, name: string, change: string): Promise<void> {
    const mark = (isReady: boolean) => execute(`UPDATE pg_index SET "indisready" = ${isReady} WHERE "indexrelid" = '"${name}"'::regclass`)
    await mark(false)
    await execute(change)
    await mark(true)
  }

  test('a whole database passes while another program writes, and what cannot be checked is named', async () => {
    const directory = await temporaryDirectory()
    await directory.addPeople(NAMED_PEOPLE)
    await directory.execute(`BEGIN; UPDATE "User" SET "age" = 1`)
    const { stdout, ...others } = check(directory.url)
    const names = CHECKS.filter((name) => !['Structure', 'Sorted lists'].includes(name))
    expect(others).toEqual({ status: 0, stderr: '', names, problems: [] })
    expect(stdout).toContain('Not checked: Structure, Sorted lists. That takes the extension amcheck, and a role that may use it\n')
  })

  test('what differs from the people is found and repaired', async () => {
    const directory = await directoryWithPeople()
    const { execute } = directory
    await withoutIndex(directory, 'User_age_id_idx', 'UPDATE "User" SET "age" = 99 WHERE "id" = 6')
    await execute(`SET session_replication_role = replica; UPDATE "User" SET "usernameKey" = 'adaa' WHERE "id" = 3; RESET ALL`)
    await withoutIndex(directory, 'User_search_idx', `UPDATE "User" SET "username" = 'hidden 100%_\\' WHERE "id" = 4`)
    await withoutIndex(directory, 'User_username_search_idx', `UPDATE "User" SET "username" = 'lost' WHERE "id" = 5`)
    await execute(`DELETE FROM "UserAgeCount" WHERE "age" IN (-1, 20); INSERT INTO "UserAgeCount" VALUES (149, 1)`)
    await execute(`SELECT setval('"User_id_seq"', 9)`)
    expect(check(directory.url)).toMatchObject({
      status: 1,
      names: CHECKS,
      problems: [
        expect.stringMatching(/^Sorted lists: cannot be read: heap tuple .* lacks matching index tuple within index "User_age_id_idx"$/),
        'Folded names: differ from the names of 1 person (id 3)',
        'Search index: does not find 2 people (id 4, 5)',
        'Ages: counted wrongly: unknown, 20, 149',
        'Next id: is 10, and there are ids up to 10',
      ],
      stderr: expect.stringMatching(
        /did not pass: it has problems \(Sorted lists, Folded names, Search index, Ages, Next id\); run roster check --repair\n$/,
      ),
    })
    const repaired = check(directory.url, '--repair')
    expect(repaired).toMatchObject({ status: 0, stderr: '' })
    expect(repaired.stdout).toMatch(/\nMaking anew: indexes, keys, counts, next id …\nIndexes {8}ok /)
  })

  test('an index that an interrupted repair has left is removed', async () => {
    const directory = await directoryWithPeople()
    await directory.execute('CREATE INDEX "User_age_id_idx_ccnew" ON "User" ("age", "id")')
    await directory.execute(`UPDATE pg_index SET "indisvalid" = false WHERE "indexrelid" = '"User_age_id_idx_ccnew"'::regclass`)
    expect(check(directory.url).problems).toEqual(['Indexes: are not complete: "User_age_id_idx_ccnew"'])
    expect(check(directory.url, '--repair').status).toBe(0)
    expect(await directory.query(`SELECT to_regclass('"User_age_id_idx_ccnew"') AS "index"`)).toEqual([{ index: null }])
  })

  test('people who break a constraint are counted, with the first ids, and not repaired', async () => {
    const directory = await directoryWithPeople()
    await directory.execute(`
      ALTER TABLE "User" DROP CONSTRAINT "username must be readable";
      INSERT INTO "User" ("id", "username", "email") VALUES (100, 'a\u200bda', 'zero-width@example.com');
      ALTER TABLE "User" ADD CONSTRAINT "username must be readable" CHECK ("must_be_readable"('username', "username")) NOT VALID`)
    expect(check(directory.url, '--repair')).toMatchObject({
      status: 1,
      problems: [
        'Constraints: 1 person (id 100): username must not contain invisible, direction-changing or private-use characters; correct it',
      ],
      stderr: expect.stringMatching(/did not pass: it has problems \(Constraints\); see "did not pass" in docs\/troubleshooting\.md\n$/),
    })
  })

  test('a schema that differs is the last line', async () => {
    const directory = await directoryWithPeople()
    await directory.execute('DROP TRIGGER "User_keys" ON "User"')
    expect(check(directory.url)).toMatchObject({
      status: 1,
      names: ['Indexes', 'Schema'],
      problems: ['Schema: does not match the migrations (trigger User_keys is missing); restore a backup'],
    })
  })
})
