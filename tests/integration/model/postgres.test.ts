import { describe, expect, test } from 'vitest'
import { LIST_LIMITS } from '../../../app/_models/sqlite/search/limits.ts'
import { parseUserListQuery, SORTS } from '../../../app/_models/user-list-query.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { ENGINES, runOn, temporaryDirectory } from '../../fixtures/engines.ts'
import { listGuests, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { connect } from '../../fixtures/postgres-server.ts'
import { expectPlainLists } from './expect-plain-lists.ts'
import { listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

// The tests of the model, which their own files run on SQLite.
describe.each(ENGINES.filter(({ name }) => name !== 'SQLite'))('on $name:', async (engine) => {
  runOn(engine)
  await import('./user.test.ts')
  await import('./scripts.property.test.ts')
  await import('./whole-list.property.test.ts')
  await import('./hidden-fields.property.test.ts')
  await import('./user-place.test.ts')

  test.each([10_000, 30, 5])('lists the same people as a plain filter and sort of everybody, of whom %i are counted', async (maxCount) => {
    const directory = await temporaryDirectory()
    const { listUsers } = await modelOn(directory)
    await expectPlainLists(listUsers, directory, { limits: { ...LIST_LIMITS, maxCount }, mayBeTooBroad: false, runs: 40 })
  })

  // Planned by statistics: some lists are walked through from one end, some are sorted as names of another script lie at that end.
  test('lists the same people in every order, where many of a script have a word and others have not', async () => {
    const directory = await temporaryDirectory()
    const others = listGuests(2_001, 2_000).map((guest) => ({ ...guest, username: `Ж${guest.id}`, email: `ж${guest.id}@x.y` }))
    const everybody = [...listGuests(1, 2_000), ...others]
    await directory.addPeople(everybody)
    await directory.execute('ANALYZE "User"')
    const { listUsers } = await modelOn(directory)
    for (const q of ['guest', 'guest 1'])
      for (const sort of SORTS)
        for (const dir of ['asc', 'desc'])
          for (const page of ['1', '4']) {
            const { query } = parseUserListQuery({ q, sort, dir, page, size: '25', age_min: '21' }, [])
            const { users } = await listUsers(query, { limits: { ...LIST_LIMITS, maxCount: 100 } })
            expect({ query, users }).toEqual({ query, users: listPlainly(everybody, query).slice(query.page * 25 - 25, query.page * 25) })
          }
  })

  test('its connections name the release: `roster prepare` looks for old ones', async () => {
    const directory = await temporaryDirectory()
    const { findUser } = await modelOn(directory)
    await findUser(1)
    const names = await directory.query('SELECT "application_name" AS "name" FROM pg_stat_activity WHERE datname = current_database()')
    expect(names).toContainEqual({ name: `roster ${packageJson.version}` })
  })

  test('a list that takes too long is too broad, and the next one is not', async () => {
    const directory = await temporaryDirectory()
    const { listUsers } = await modelOn(directory)
    const { findPlace } = await import('../../../app/_models/user-place.ts')
    const { query } = parseUserListQuery({ q: 'ada' }, [])
    await directory.execute('BEGIN; LOCK TABLE "User" IN ACCESS EXCLUSIVE MODE')
    expect(await listUsers(query)).toMatchObject({ users: [], isTooBroad: true })
    expect(await findPlace(1, query)).toBe(null)
    await directory.execute('COMMIT')
    expect(await listUsers(query)).toMatchObject({ users: [], isTooBroad: false })
  })

  test('the version of the data is another one after each commit, and only then', async () => {
    const directory = await temporaryDirectory()
    await directory.addPeople(NAMED_PEOPLE)
    const { readDataVersion, listUsers } = await modelOn(directory)
    const version = await readDataVersion()
    await listUsers(parseUserListQuery({}, []).query)
    expect(await readDataVersion()).toBe(version)
    await directory.execute('UPDATE "User" SET "age" = 1 WHERE "id" = 1')
    const next = await readDataVersion()
    expect(next).not.toBe(version)
    // A transaction that is open for long has the number before that of one which ends earlier.
    const other = await connect(directory.url)
    await other.query('BEGIN; UPDATE "User" SET "age" = 2 WHERE "id" = 2')
    await directory.execute('UPDATE "User" SET "age" = 2 WHERE "id" = 1')
    const during = await readDataVersion()
    await other.query('COMMIT')
    expect(new Set([next, during, await readDataVersion()]).size).toBe(3)
  })

  test('the connections cannot write, in or out of a transaction', async () => {
    const directory = await temporaryDirectory()
    await directory.addPeople(NAMED_PEOPLE)
    await modelOn(directory)
    const { database } = await import('../../../app/_models/postgres/database.ts')
    const eve = { data: { username: 'eve', email: 'eve@example.com' } }
    const refusal = /read-only transaction/
    await expect(database().user.create(eve)).rejects.toThrow(refusal)
    await expect(database().$executeRaw`DELETE FROM "User"`).rejects.toThrow(refusal)
    await expect(database().$transaction([database().user.create(eve)])).rejects.toThrow(refusal)
    expect(await directory.query('SELECT count(*)::int AS "count" FROM "User"')).toEqual([{ count: NAMED_PEOPLE.length }])
  })
})
