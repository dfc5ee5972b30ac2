import { expect, test, vi } from 'vitest'
import { LIST_LIMITS } from '../../../app/_models/sqlite/search/limits.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { engineName, temporaryDirectory } from '../../fixtures/engines.ts'
import { listGuests } from '../../fixtures/named-people.ts'
import { listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

const LIST: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 25 }
const EVERYBODY = listGuests(1, 90)

async function modelWithGuests() {
  const temporary = await temporaryDirectory()
  await temporary.addPeople(EVERYBODY)
  await modelOn(temporary)
  return { ...temporary, ...(await import('../../../app/_models/user-place.ts')) }
}

test.each<Partial<UserListQuery>>([
  {},
  { dir: 'desc', size: 50 },
  { sort: 'email', dir: 'desc' },
  { sort: 'age', age_min: 30 },
  { q: 'guest' },
  { q: 'example', sort: 'age', dir: 'desc', age_max: 60 },
])('leads through all of the list %j and back', async (change) => {
  const { findPlace } = await modelWithGuests()
  const query = { ...LIST, ...change }
  const people = listPlainly(EVERYBODY, query)
  const neighbor = (at: number) => {
    const user = people[at]
    return user ? { id: user.id, username: user.username, page: Math.floor(at / query.size) + 1 } : null
  }
  expect(people.length).toBeGreaterThan(10)
  for (const [at, { id }] of people.entries()) {
    const page = Math.floor(at / query.size) + 1
    expect(await findPlace(id, { ...query, page })).toEqual({
      count: people.length,
      isCountExact: true,
      position: at + 1,
      page,
      previous: neighbor(at - 1),
      next: neighbor(at + 1),
    })
  }
})

test('finds a person who is on an earlier page since others were removed', async () => {
  const { findPlace, execute } = await modelWithGuests()
  await execute('DELETE FROM "User" WHERE "id" <= 9')
  expect(await findPlace(26, { ...LIST, page: 2 })).toMatchObject({
    position: 17,
    page: 1,
    previous: { id: 25, page: 1 },
    next: { id: 27 },
  })
  // The tenth before page 2 is the first that is read: who is before them is not known.
  await execute('DELETE FROM "User" WHERE "id" = 10')
  expect(await findPlace(26, { ...LIST, page: 2 })).toMatchObject({ position: null, page: 2, previous: null, next: null })
})

test('has no neighbours for a person who is not in the list', async () => {
  const { findPlace } = await modelWithGuests()
  const expected = { count: 1, isCountExact: true, position: null, page: 1, previous: null, next: null }
  expect(await findPlace(7, { ...LIST, q: 'guest-0008' })).toEqual(expected)
  expect(await findPlace(7, { ...LIST, page: 99 })).toMatchObject({ count: 90, position: null, page: 99 })
})

test('ends with the matches that are counted', async () => {
  const { findPlace } = await modelWithGuests()
  const limits = { ...LIST_LIMITS, maxCount: 20 }
  expect(await findPlace(20, { ...LIST, q: 'guest' }, { limits })).toMatchObject({
    count: 20,
    isCountExact: false,
    position: 20,
    next: null,
  })
})

// On PostgreSQL, no search of a page waits for another.
test.runIf(engineName() === 'SQLite')('is null where the list is too broad, or too many searches wait', async () => {
  const { findPlace } = await modelWithGuests()
  const limits = { ...LIST_LIMITS, maxCpuMs: 0 }
  expect(await findPlace(7, { ...LIST, q: 'guest' }, { limits })).toBe(null)
  const { BusyError, WorkQueue } = await import('../../../app/_request/work-queue.ts')
  vi.spyOn(WorkQueue.prototype, 'run').mockRejectedValueOnce(new BusyError()).mockRejectedValueOnce(new Error('damaged'))
  expect(await findPlace(7, { ...LIST, q: 'guest' })).toBe(null)
  await expect(findPlace(7, { ...LIST, q: 'guest' })).rejects.toThrow('damaged')
})
