// Over 200 lines: what a move promises in both directions, on real databases, is one subject.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findReadinessProblem } from '../../../server/database/postgres/readiness.ts'
import { prepareDatabase } from '../../../server/database/sqlite/prepare.ts'
import { databaseFile, databaseUrl, isPostgresUrl } from '../../../server/database/url.ts'
import { beginMove, type MoveOptions, movePeople } from '../../../server/move/move-people.ts'
import { openPostgresSource, openPostgresTarget } from '../../../server/move/postgres-people.ts'
import { openSqliteSource, openSqliteTarget } from '../../../server/move/sqlite-people.ts'
import { type Directory, ENGINES, sqliteDirectory } from '../../fixtures/engines.ts'
import { addPeople, listGuests, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { connect } from '../../fixtures/postgres-server.ts'
import { RosterProcess } from '../../fixtures/roster-process.ts'
import { temporaryDatabase, temporaryFolder } from '../../fixtures/temporary-database.ts'
import { addBytes, addUncheckedPeople } from '../../fixtures/unchecked-people.ts'
import { people } from '../model/random-lists.ts'

const ALL_PEOPLE = `SELECT "id", "username", "email", "age" FROM "User" ORDER BY "id"`

// As in server/move/move-people.ts.
const PEOPLE_PER_BATCH = 10_000
const MANY = listGuests(1, 12_000)
const IN_THE_FIRST_BATCH = 5_000
const IN_THE_SECOND_BATCH = 11_000

const CHARACTERS_PER_NAME = 60
// All of them would take a minute.
const CHARACTERS_PER_TRIED_ONE = 31

function startMove(from: string, to: string, args: string[] = []): RosterProcess {
  return new RosterProcess({
    command: [process.execPath, 'server/roster.ts', 'move', '--to', to, ...args],
    env: { DATABASE_URL: from },
  })
}

async function runMove(from: string, to: string, args: string[] = []) {
  const command = startMove(from, to, args)
  const { status } = await command.exited()
  return { status, stdout: command.stdout, stderr: command.stderr }
}

/** As the command, in this process. */
async function moveHere(from: string, to: string, options: Partial<MoveOptions> = {}) {
  await using source = isPostgresUrl(from) ? await openPostgresSource(from) : openSqliteSource(databaseFile(from))
  await beginMove(source)
  await using target = isPostgresUrl(to) ? await openPostgresTarget(to, () => {}) : openSqliteTarget(databaseFile(to), () => {})
  return await movePeople(source, target, { isMirroring: false, onStep: () => {}, onProgress: async () => {}, ...options })
}

/** The URL of a SQLite file that does not exist. */
function newFile(): string {
  return databaseUrl(join(temporaryFolder(), 'moved.db'))
}

/** The database at `url`, as tests of both engines use it. */
function openFile(url: string): Directory {
  const file = databaseFile(url)
  const sql = new DatabaseSync(file)
  onTestFinished(() => sql.close())
  return sqliteDirectory({ file, url, sql })
}

/** A directory in a new SQLite file. */
function newDirectory(): Directory {
  return sqliteDirectory(temporaryDatabase())
}

/** A directory with MANY in a new SQLite file. They are added by one statement: one for each takes several times as long. */
function newDirectoryOfMany(): Directory {
  const database = temporaryDatabase()
  const columns = ['id', 'username', 'email', 'age']
  const values = columns.map((column) => `"value" ->> '${column}'`)
  database.sql.prepare(`INSERT INTO "User" (${columns.join()}) SELECT ${values.join()} FROM json_each(?)`).run(JSON.stringify(MANY))
  return sqliteDirectory(database)
}

describe.each(ENGINES.filter(({ name }) => name === 'PostgreSQL'))('to and from $name', ({ start }) => {
  const temporaryDirectory = start()

  test('everybody is moved there and back, whatever the names, and the next ids go on', async () => {
    await fc.assert(
      fc.asyncProperty(people, async (all) => {
        const source = newDirectory()
        await source.addPeople(all)
        const { url, query } = await temporaryDirectory()
        expect(await moveHere(source.url, url)).toMatchObject({ added: all.length, removed: 0, isSourceChanged: false })
        const expected = [...all].sort((one, other) => one.id - other.id)
        expect(await query(ALL_PEOPLE)).toEqual(expected)
        const back = newFile()
        await moveHere(url, back)
        expect(await openFile(back).query(ALL_PEOPLE)).toEqual(expected)
      }),
      { numRuns: 3 },
    )
  })

  test('characters of all scripts arrive as they were, and psql computes the same digest', async () => {
    const { sql, url: from } = temporaryDatabase()
    addNamesOfAllScripts(sql)
    const names = sql.prepare(ALL_PEOPLE).all()
    expect(names.map(({ username }) => username).join('').length).toBeGreaterThan(4_000)
    const { url, query } = await temporaryDirectory()
    const { status, stdout } = await runMove(from, url)
    expect(status).toBe(0)
    expect(await query(ALL_PEOPLE)).toEqual(names)
    const copy = execFileSync('psql', [url, '--no-psqlrc', '-c', `COPY (${ALL_PEOPLE}) TO STDOUT`], { maxBuffer: 2 ** 24 })
    expect(stdout).toContain(`SHA-256 of both: ${createHash('sha256').update(copy).digest('hex')}\n`)
    const back = newFile()
    expect(await runMove(url, back)).toMatchObject({ status: 0, stdout: expect.stringContaining(stdout.split('\n').at(1) ?? '') })
    expect(await openFile(back).query(ALL_PEOPLE)).toEqual(names)
  })

  test('ids that were given out are not given out again', async () => {
    const source = newDirectory()
    await source.addPeople(NAMED_PEOPLE)
    await source.execute('DELETE FROM "User" WHERE "id" = 10')
    const there = await temporaryDirectory()
    const back = newFile()
    await moveHere(source.url, there.url)
    await moveHere(there.url, back)
    for (const { execute, query } of [there, openFile(back)]) {
      await execute(`INSERT INTO "User" ("username", "email") VALUES ('next', 'next@example.com')`)
      expect(await query(`SELECT "id" FROM "User" WHERE "username" = 'next'`)).toEqual([{ id: 11 }])
    }
  })

  test('a move that was killed goes on from there; what it left is not served', async () => {
    const source = newDirectoryOfMany()
    const { url, query } = await temporaryDirectory()
    const gate = await closeGate(url, IN_THE_SECOND_BATCH)
    const command = startMove(source.url, url)
    await gate.reached()
    command.kill('SIGKILL')
    await command.exited()
    await gate.endWaiting()
    await gate.open()
    const before = (await query(ALL_PEOPLE)).length
    expect(before).toBe(PEOPLE_PER_BATCH)
    expect(await findReadinessProblem(url)).toMatchObject({ reason: expect.stringContaining('index User_search_idx is missing') })

    const { status, stdout } = await runMove(source.url, url)
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${(MANY.length - before).toLocaleString('en')} added, 0`),
    })
    expect(await query(ALL_PEOPLE)).toEqual(MANY)
    expect(await findReadinessProblem(url)).toBeNull()
  })

  test('so does one to a SQLite file', async () => {
    const { url, addPeople } = await temporaryDirectory()
    await addPeople(MANY)
    const to = newFile()
    let copied: number | null = null
    const interrupted = moveHere(url, to, {
      onStep: (name) => {
        if (name === 'Copying') copied = 0
      },
      onProgress: async (count) => {
        if (copied === null) return
        copied += count
        if (copied >= IN_THE_SECOND_BATCH) throw new Error('interrupted')
      },
    })
    await expect(interrupted).rejects.toThrow('interrupted')
    expect(() => prepareDatabase(databaseFile(to), { report: () => {} })).toThrow('trigger User_after_insert is missing')

    expect(await moveHere(url, to)).toMatchObject({ added: MANY.length - Number(copied), removed: 0 })
    expect(await openFile(to).query(ALL_PEOPLE)).toEqual(MANY)
    expect(prepareDatabase(databaseFile(to))).toEqual({ people: MANY.length })
  })

  test('what changes in the source meanwhile is not moved but reported; --mirror catches up', async () => {
    const source = newDirectoryOfMany()
    const { url, query } = await temporaryDirectory()
    // People of the second batch change before it is read.
    const gate = await closeGate(url, IN_THE_FIRST_BATCH)
    const command = startMove(source.url, url)
    await gate.reached()
    await source.execute(`
      UPDATE "User" SET "age" = 99 WHERE "id" = 1; DELETE FROM "User" WHERE "id" = 2;
      UPDATE "User" SET "username" = 'spare' WHERE "id" = 3;
      UPDATE "User" SET "username" = 'guest-0003' WHERE "id" = 11900;
      UPDATE "User" SET "username" = 'guest-11900' WHERE "id" = 3;
      INSERT INTO "User" ("username", "email") VALUES ('new', 'new@example.com')`)
    await gate.open()
    expect(await command.exited()).toMatchObject({ status: 1 })
    expect(command.stderr).toContain('The source has changed since the move began; run the same command again, with --mirror')
    expect(await query(ALL_PEOPLE)).toEqual(MANY)

    const refused = await runMove(source.url, url)
    expect(refused).toMatchObject({ status: 1, stdout: '' })
    expect(refused.stderr).toMatch(/has 4 people who differ .* \(id 1, 2, 3, 11900\), nothing was changed; .*--mirror/)
    expect(await query(ALL_PEOPLE)).toEqual(MANY)
    expect(await runMove(source.url, url, ['--mirror'])).toMatchObject({ status: 0, stdout: expect.stringContaining('4 added, 4 removed') })
    expect(await query(ALL_PEOPLE)).toEqual(await source.query(ALL_PEOPLE))
  })

  test('a target with other people is refused, and stays as it is', async () => {
    const source = newDirectory()
    await source.addPeople(NAMED_PEOPLE)
    const { url, addPeople, query } = await temporaryDirectory()
    const others = listGuests(5, 20)
    await addPeople(others)
    for (const args of [[], ['--mirror']]) {
      const { status, stderr } = await runMove(source.url, url, args)
      expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('has 20 people who differ') })
      expect(stderr).toContain('name an empty database')
    }
    expect(await query(ALL_PEOPLE)).toEqual(others)
  })

  test('a row that is not what was moved is found', async () => {
    const source = newDirectory()
    await source.addPeople(NAMED_PEOPLE)
    const { url, execute } = await temporaryDirectory()
    await execute(`
      CREATE FUNCTION "meddle"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
      BEGIN IF new."id" = 3 THEN new."age" := 37; END IF; RETURN new; END $$;
      CREATE TRIGGER "meddle" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION "meddle"()`)
    const { status, stdout, stderr } = await runMove(source.url, url)
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/is not equal to what was moved \(10 people, SHA-256 \w+, instead of 10 people, \w+\)/)
  })

  test('a person that the target alone refuses is named', async () => {
    const source = newDirectory()
    await source.addPeople(NAMED_PEOPLE)
    const { url, execute, query } = await temporaryDirectory()
    await execute(`ALTER TABLE "User" ADD CONSTRAINT "username must not be ada" CHECK ("username" <> 'ada')`)
    expect(await runMove(source.url, url)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        'refuses the person with id 3: username must not be ada; correct or remove that person in the source',
      ),
    })
    await execute('ALTER TABLE "User" DROP CONSTRAINT "username must not be ada"')
    expect(await runMove(source.url, url)).toMatchObject({ status: 0 })
    expect(await query(ALL_PEOPLE)).toEqual(NAMED_PEOPLE)
  })

  test('a password is not printed, and an address of neither kind is refused', async () => {
    const { url } = newDirectory()
    const unreachable = await runMove(url, 'postgresql://roster:secret@127.0.0.1:1/roster')
    expect(unreachable).toMatchObject({ status: 1, stdout: '' })
    expect(unreachable.stderr).toMatch(/The database roster at 127\.0\.0\.1 cannot be reached: .*ECONNREFUSED.*check --to/)
    const wrong = await runMove(url, 'mysql://roster:secret@127.0.0.1/roster')
    expect(wrong).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('--to must be a URL such as postgresql://') })
    expect(unreachable.stderr + wrong.stderr).not.toContain('secret')
  })

  /** Makes a move to `url` wait at the person with `id` until the gate is opened. */
  async function closeGate(url: string, id: number) {
    const [holder, observer] = [await connect(url), await connect(url)]
    await holder.query(`
      CREATE FUNCTION "pass_gate"() RETURNS TRIGGER LANGUAGE plpgsql AS $$
      BEGIN IF new."id" = ${id} THEN PERFORM pg_advisory_xact_lock(1); END IF; RETURN new; END $$;
      CREATE TRIGGER "gate" BEFORE INSERT ON "User" FOR EACH ROW EXECUTE FUNCTION "pass_gate"();
      SELECT pg_advisory_lock(1)`)
    const countWaiting = async () => (await observer.query(`SELECT FROM pg_locks WHERE "locktype" = 'advisory' AND NOT "granted"`)).rowCount
    return {
      reached: async () => {
        while ((await countWaiting()) === 0) await setTimeout(20)
      },
      open: async () => {
        await holder.query('SELECT pg_advisory_unlock(1)')
      },
      /** Ends the session that waits: the server itself would notice only later that nobody is there any more. */
      endWaiting: async () => {
        await observer.query(`SELECT pg_terminate_backend("pid") FROM pg_locks WHERE "locktype" = 'advisory' AND NOT "granted"`)
        while ((await countWaiting()) !== 0) await setTimeout(20)
      },
    }
  }
})

test('people that no database accepts are listed, and no target is created', async () => {
  const { sql, url } = temporaryDatabase()
  addPeople(sql, NAMED_PEOPLE)
  addBytes(sql, Buffer.from('René', 'latin1'), Buffer.from('rene@example.com'))
  addBytes(sql, Buffer.from('nul\0l'), Buffer.from('null@example.com'))
  addUncheckedPeople(sql, [{ id: 3_000_000_000, username: 'far', email: 'far@example.com', age: 20 }])
  const to = newFile()
  const { status, stdout, stderr } = await runMove(url, to)
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
  expect(stderr).toContain(`3 people in ${databaseFile(url)} cannot be moved, nothing was changed; correct or remove them`)
  expect(stderr).toContain('  id 11: username must be valid UTF-8, without U+FFFD\n')
  expect(stderr).toContain('  id 12: username must not contain control characters\n')
  expect(stderr).toContain('  id 3000000000: id must be between 1 and 2147483647\n')
  expect(existsSync(databaseFile(to))).toBe(false)
})

test('a SQLite file can be moved to another one, and then there is nothing to move', async () => {
  const { url, addPeople, query } = newDirectory()
  await addPeople(NAMED_PEOPLE)
  const to = newFile()
  expect(await runMove(url, to)).toMatchObject({ status: 0, stdout: expect.stringContaining('10 added, 0 removed; ') })
  expect(await openFile(to).query(ALL_PEOPLE)).toEqual(await query(ALL_PEOPLE))
  expect(await runMove(url, to)).toMatchObject({ status: 0, stdout: expect.stringContaining('Nothing to move; ') })
})

/** Adds people whose usernames have, together, characters of all scripts. */
function addNamesOfAllScripts(sql: DatabaseSync): void {
  const insert = sql.prepare('INSERT INTO "User" ("username", "email", "age") VALUES (?, ?, ?)')
  let number = 0
  const add = (characters: string[]): void => {
    try {
      insert.run(`x${characters.join('')}x`, `${++number}@example.com`, number % 151)
    } catch {
      if (characters.length === 1) return
      const middle = Math.floor(characters.length / 2)
      add(characters.slice(0, middle))
      add(characters.slice(middle))
    }
  }
  const characters = Array.from({ length: 0x110000 }, (_, code) => String.fromCodePoint(code))
  const assigned = characters.filter((character) => !/[\p{Cc}\p{Cn}\p{Co}\p{Cs}]/u.test(character))
  const tried = assigned.filter((_, index) => index % CHARACTERS_PER_TRIED_ONE === 0)
  sql.exec('BEGIN')
  add(['\\', 'N', '\\', '\\', 't'])
  for (let start = 0; start < tried.length; start += CHARACTERS_PER_NAME) add(tried.slice(start, start + CHARACTERS_PER_NAME))
  sql.exec('COMMIT')
}
