// Over 200 lines: the functions of app/_models/user.ts, in one place.
import { describe, expect, test } from 'vitest'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { temporaryDirectory } from '../../fixtures/engines.ts'
import { listGuests, NAMED_PEOPLE } from '../../fixtures/named-people.ts'
import { modelOn } from './model-on.ts'

const LIST: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }

async function modelWithNamedPeople() {
  const temporary = await temporaryDirectory()
  await temporary.addPeople(NAMED_PEOPLE)
  const model = await modelOn(temporary)
  const listNames = async (query: Partial<UserListQuery>) =>
    (await model.listUsers({ ...LIST, ...query })).users.map(({ username }) => username)
  return { ...model, ...temporary, listNames }
}

describe('findUser', () => {
  test('finds a person by id', async () => {
    const { findUser } = await modelWithNamedPeople()
    expect(await findUser(5)).toEqual({ id: 5, username: "Miles O'Brien", email: 'miles@example.org', age: 42 })
    expect(await findUser(7)).toMatchObject({ username: 'ageless', age: null })
    expect(await findUser(8)).toMatchObject({ username: 'newborn', age: 0 })
  })

  test('finds no person with another id', async () => {
    const { findUser } = await modelWithNamedPeople()
    for (const id of [99, 2 ** 31 - 1, 2 ** 31, Number.MAX_SAFE_INTEGER]) expect(await findUser(id)).toBeNull()
  })

  test('sees what another process commits', async () => {
    const { findUser, execute } = await modelWithNamedPeople()
    await findUser(3)
    await execute(`UPDATE "User" SET "age" = 37 WHERE "id" = 3`)
    expect(await findUser(3)).toMatchObject({ age: 37 })
  })
})

describe('summarizeDirectory', () => {
  test('counts people and ages as SQL does, and lists the eight newest', async () => {
    const { summarizeDirectory, execute, query } = await modelWithNamedPeople()
    await execute('DELETE FROM "User" WHERE "id" = 9')
    const { count, histogram, newest } = await summarizeDirectory()
    expect(count).toBe(9)
    const rows = await query('SELECT "age", CAST(count(*) AS INTEGER) AS "people" FROM "User" GROUP BY "age" ORDER BY "age" NULLS LAST')
    expect(histogram).toEqual(rows.map((row) => ({ ...row })))
    expect(newest.map(({ id }) => id)).toEqual([10, 8, 7, 6, 5, 4, 3, 2])
    expect(newest[0]).toEqual({ id: 10, username: '100%_sure', email: 'sure@example.net', age: 64 })
  })

  test('has neither people nor ages when there are none', async () => {
    const { summarizeDirectory } = await modelOn(await temporaryDirectory())
    expect(await summarizeDirectory()).toEqual({ count: 0, histogram: [], newest: [] })
  })
})

describe('listUsers', () => {
  test('counts and lists all people by id', async () => {
    const { listUsers } = await modelWithNamedPeople()
    const { users, count, pageCount } = await listUsers(LIST)
    expect({ count, pageCount, ids: users.map(({ id }) => id) }).toEqual({ count: 10, pageCount: 1, ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] })
    expect(users[0]).toEqual({ id: 1, username: 'admin', email: 'admin@example.com', age: 42 })
  })

  test('is one empty page when there are no people', async () => {
    const { listUsers } = await modelOn(await temporaryDirectory())
    expect(await listUsers(LIST)).toEqual({ users: [], count: 0, isCountExact: true, pageCount: 1, histogram: [], isTooBroad: false })
  })

  test('finds words as they are written', async () => {
    const { listUsers, listNames } = await modelWithNamedPeople()
    const expected: [q: string, names: string[]][] = [
      ['MILES', ["Miles O'Brien"]],
      ["o'b", ["Miles O'Brien"]],
      ['example.org', ['Grace', "Miles O'Brien", 'Ελένη']],
      ['%_s', ['100%_sure']],
      ['%', []],
      ['_', []],
      ['\\', []],
      ['0%_', ['100%_sure']],
      ['<b>', ['<b>bold</b>']],
      ['λέν', ['Ελένη']],
      ['ΕΛΈΝΗ', ['Ελένη']],
      ['org  BRIEN', ["Miles O'Brien"]],
      ['brien grace', []],
      ['g', ['Grace']],
      ['su', ['100%_sure']],
      ['mi', ["Miles O'Brien"]],
      ['ε', ['Ελένη']],
      ['NEAR', []],
      ['*', []],
      ['-', []],
      ['(', []],
      ['👩‍🚀', []],
      ['😀', []],
      ['"', []],
      ["' OR 1=1 --", []],
    ]
    for (const [q, names] of expected) {
      expect([q, await listNames({ q })]).toEqual([q, names])
      expect((await listUsers({ ...LIST, q })).count).toBe(names.length)
    }
  })

  test('finds accents however they are written, in the name and in the search', async () => {
    const temporary = await temporaryDirectory()
    await temporary.addPeople([
      { id: 1, username: 'Zo\u00eb One', email: 'one@example.com', age: null },
      { id: 2, username: 'Zoe\u0308 Two', email: 'two@example.com', age: null },
    ])
    const { listUsers } = await modelOn(temporary)
    for (const [q, ids] of [
      ['zo\u00eb', [1, 2]],
      ['ZOE\u0308', [1, 2]],
      ['Zo\u00eb Two', [2]],
    ] as const) {
      expect((await listUsers({ ...LIST, q })).users.map(({ id }) => id)).toEqual(ids)
    }
  })

  test('puts exact matches first, then usernames that start with a word of the search', async () => {
    const { listNames } = await modelWithNamedPeople()
    expect(await listNames({ q: 'user' })).toEqual(['user'])
    expect(await listNames({ q: 'example.org' })).toEqual(['Grace', "Miles O'Brien", 'Ελένη'])
    expect(await listNames({ q: 'GRACE@example.org' })).toEqual(['Grace'])
    expect(await listNames({ q: 'example new' })).toEqual(['newborn'])
    expect(await listNames({ q: 'a', sort: null })).toEqual(['admin', 'ada', 'ageless'])
    expect(await listNames({ q: 'ada' })).toEqual(['ada'])
  })

  test('finds a whole name with letters outside ASCII in any letter case', async () => {
    const temporary = await temporaryDirectory()
    await temporary.addPeople([
      { id: 1, username: 'Анна-Мария', email: 'b@example.com', age: null },
      { id: 2, username: 'АННА', email: 'c@example.com', age: null },
      { id: 3, username: 'Анна Мария', email: 'd@example.com', age: null },
    ])
    const { listUsers } = await modelOn(temporary)
    for (const [q, ids] of [
      ['анна', [2, 1, 3]],
      ['Анна', [2, 1, 3]],
      ['АННА МАРИЯ', [3, 1]],
      ['анна-мария', [1]],
      ['м', [1, 3]],
    ] as const) {
      expect((await listUsers({ ...LIST, q })).users.map(({ id }) => id)).toEqual(ids)
    }
  })

  test('filters by age', async () => {
    const { listUsers, listNames } = await modelWithNamedPeople()
    expect(await listNames({ age_max: 20 })).toEqual(['user', 'newborn'])
    expect(await listNames({ age_min: 64 })).toEqual(['Grace', '100%_sure'])
    expect(await listNames({ age_min: 36, age_max: 42, q: 'example' })).toEqual(['admin', 'ada', "Miles O'Brien"])
    expect(await listNames({ age: 'unknown' })).toEqual(['ageless'])
    expect(await listNames({ age_min: 50, age_max: 40 })).toEqual([])
    const { histogram } = await listUsers({ ...LIST, q: 'admin' })
    expect(histogram).toEqual([{ age: 42, people: 1 }])
    expect((await listUsers(LIST)).histogram?.at(-1)).toEqual({ age: null, people: 1 })
  })

  test('orders names ignoring letter case', async () => {
    const { listNames } = await modelWithNamedPeople()
    const names = ['100%_sure', '<b>bold</b>', 'ada', 'admin', 'ageless', 'Grace', "Miles O'Brien", 'newborn', 'user', 'Ελένη']
    expect(await listNames({ sort: 'username' })).toEqual(names)
    expect(await listNames({ sort: 'username', dir: 'desc' })).toEqual(names.toReversed())
    expect((await listNames({ sort: 'email' })).slice(0, 2)).toEqual(['ada', 'admin'])
  })

  test('puts people without an age last in both directions, and orders equal ages by id', async () => {
    const { listNames } = await modelWithNamedPeople()
    const ascending = await listNames({ sort: 'age' })
    expect([...ascending.slice(0, 2), ...ascending.slice(-2)]).toEqual(['newborn', 'user', 'Grace', 'ageless'])
    const descending = await listNames({ sort: 'age', dir: 'desc' })
    expect([...descending.slice(0, 4), ...descending.slice(-2)]).toEqual([
      'Grace',
      '100%_sure',
      'admin',
      "Miles O'Brien",
      'newborn',
      'ageless',
    ])
  })

  test('shows each person once over all pages', async () => {
    const temporary = await temporaryDirectory()
    await temporary.addPeople(listGuests(1, 101))
    const { listUsers } = await modelOn(temporary)
    const pages = await Promise.all([1, 2, 3, 4].map((page) => listUsers({ ...LIST, sort: 'age', dir: 'desc', page })))
    expect(pages.map(({ users, count, pageCount }) => [users.length, count, pageCount])).toEqual([
      [50, 101, 3],
      [50, 101, 3],
      [1, 101, 3],
      [0, 101, 3],
    ])
    expect(new Set(pages.flatMap(({ users }) => users.map(({ id }) => id))).size).toBe(101)
  })

  test('fails when the table is missing, instead of listing no people', async () => {
    const { listUsers, execute } = await modelWithNamedPeople()
    await execute('DROP TABLE "User"')
    await expect(listUsers(LIST)).rejects.toThrow()
  })
})
