import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, test } from 'vitest'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { ROOT } from '../../../server/paths.ts'
import { PrismaProject } from '../../fixtures/prisma-project.ts'

const report = () => {}
const HEADING = 'People from another database'

/** The commands that docs/troubleshooting.md has below `heading`. */
function documentedCommands(heading: string): string {
  const section = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8').split(`### ${heading}\n`)[1] ?? ''
  return /```sh\n(.*?)```/s.exec(section)?.[1] ?? ''
}

function run(folder: string, script: string) {
  const { DATABASE_URL, ...env } = process.env
  return spawnSync('sh', ['-e'], { cwd: folder, input: script, encoding: 'utf8', env: { ...env, CHECKPOINT_DISABLE: '1' } })
}

describe.each(['prisma db push', "the lab's own program"])('of a database that %s has made', (maker) => {
  let project: PrismaProject
  beforeEach(async () => {
    project = new PrismaProject()
    if (maker === 'prisma db push') expect(await project.prisma('db push')).toMatchObject({ code: 0 })
    else write('CREATE TABLE user (id INTEGER PRIMARY KEY, username VARCHAR(80) UNIQUE, email VARCHAR(120) UNIQUE, age VARCHAR(3))')
    write(
      `INSERT INTO "user" (id, username, email, age) VALUES (1, 'admin', 'admin@example.com', '42'), (7, 'Zoë', 'zoe@example.com', NULL)`,
    )
  })

  function write(sql: string): void {
    const database = new DatabaseSync(project.file)
    database.exec(sql)
    database.close()
  }

  test('a start refuses it and names the commands that move the people into a new one, and they do', () => {
    const before = readFileSync(project.file)
    expect(() => prepareDatabase(project.file, { report })).toThrow(
      new RegExp(`it has a table "user" that Roster's migrations did not create .* see "${HEADING}" in docs/troubleshooting.md`, 'i'),
    )
    expect(readFileSync(project.file)).toEqual(before)

    write(`INSERT INTO "user" (id, username, email, age) VALUES (8, 'old', 'old@example.com', 200)`)
    expect(run(project.folder, documentedCommands(HEADING)).stderr).toContain(
      'CHECK constraint failed: age must be a whole number from 0 to 150',
    )
    const file = join(project.folder, 'data', 'people.db')
    expect(prepareDatabase(file, { report })).toEqual({ people: 0 })

    write(`DELETE FROM "user" WHERE id = 8`)
    expect(run(project.folder, documentedCommands(HEADING)).status).toBe(0)
    expect(prepareDatabase(file, { report })).toEqual({ people: 2 })
    const people = new DatabaseSync(file).prepare('SELECT * FROM "User"').all()
    expect(people).toEqual([
      { id: 1, username: 'admin', email: 'admin@example.com', age: 42 },
      { id: 7, username: 'Zoë', email: 'zoe@example.com', age: null },
    ])
    expect(project.read('.env')).toBe('DATABASE_URL=file:./data/people.db\n')
  })
})
