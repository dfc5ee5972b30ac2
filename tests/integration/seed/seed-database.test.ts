import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { SAMPLE_PEOPLE } from '../../../server/database/sample-people.ts'
import { generatePerson } from '../../../server/database/sqlite/people.ts'
import { fillUp, seedSamplePeople } from '../../../server/database/sqlite/seed.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

function listPeople(sql: DatabaseSync) {
  return sql
    .prepare('SELECT * FROM "User" ORDER BY id')
    .all()
    .map((row) => ({ ...row }))
}

function everything(sql: DatabaseSync) {
  return { people: listPeople(sql), lastId: sql.prepare('SELECT seq FROM sqlite_sequence').get()?.seq }
}

/** Runs `fillUp` to its end. */
function fill(sql: DatabaseSync, target: number): { added: number } {
  return { added: [...fillUp(sql, target)].reduce((sum, { added }) => sum + added, 0) }
}

/** The people that `fillUp(database, count)` makes in a new database. */
function expectedPeople(count: number) {
  const generated = Array.from({ length: Math.max(0, count - SAMPLE_PEOPLE.length) }, (_, index) => generatePerson(index))
  return [...SAMPLE_PEOPLE, ...generated].slice(0, count).map((person, index) => ({ id: index + 1, ...person }))
}

test('the sample people come with admin and user as 1 and 2', () => {
  const { sql } = temporaryDatabase()
  expect(seedSamplePeople(sql)).toBe(SAMPLE_PEOPLE.length)
  expect(listPeople(sql)).toEqual(expectedPeople(SAMPLE_PEOPLE.length))
  expect(listPeople(sql).slice(0, 2)).toEqual([
    { id: 1, username: 'admin', email: 'admin@example.com', age: 42 },
    { id: 2, username: 'user', email: 'user@example.com', age: 20 },
  ])
})

test('seeding again changes nothing, not even the next id', () => {
  const { sql } = temporaryDatabase()
  seedSamplePeople(sql)
  const before = everything(sql)
  expect(seedSamplePeople(sql)).toBe(0)
  expect(everything(sql)).toEqual(before)
})

test('people edited by hand stay as they are, and a deleted sample person comes back', () => {
  const { sql } = temporaryDatabase()
  seedSamplePeople(sql)
  sql.exec(`UPDATE "User" SET age = 99 WHERE username = 'admin'`)
  sql.exec(`UPDATE "User" SET username = 'Lovelace' WHERE username = 'ada'`)
  sql.exec(`UPDATE "User" SET email = 'hopper@example.org' WHERE username = 'grace'`)
  sql.exec(`DELETE FROM "User" WHERE username = 'alan'`)
  const before = listPeople(sql)
  expect(seedSamplePeople(sql)).toBe(1)
  expect(listPeople(sql)).toEqual([...before, { id: SAMPLE_PEOPLE.length + 1, username: 'alan', email: 'alan@example.net', age: 41 }])
})

test('a sample is skipped when somebody has their username or email in another letter case', () => {
  const { sql } = temporaryDatabase()
  sql.exec(`INSERT INTO "User" (username, email) VALUES ('ADMIN', 'boss@example.com'), ('someone', 'USER@Example.com')`)
  expect(seedSamplePeople(sql)).toBe(SAMPLE_PEOPLE.length - 2)
  expect(listPeople(sql).filter(({ username }) => /^(?:admin|user)$/i.test(String(username)))).toHaveLength(1)
})

test.each([1, 5, SAMPLE_PEOPLE.length, 500])('filling up to %i creates exactly that number of people of a fixed sequence', (count) => {
  const { sql } = temporaryDatabase()
  expect(fill(sql, count)).toEqual({ added: count })
  expect(listPeople(sql)).toEqual(expectedPeople(count))
})

test('filling up in steps creates the same people as filling up at once', () => {
  const { sql } = temporaryDatabase()
  for (const count of [100, 101, 20_000, 20_500]) fill(sql, count)
  expect(listPeople(sql)).toEqual(expectedPeople(20_500))
})

test('nothing changes when there are enough people already', () => {
  const { sql } = temporaryDatabase()
  sql.exec(`INSERT INTO "User" (username, email) VALUES ('a', 'a@example.com'), ('b', 'b@example.com')`)
  const before = everything(sql)
  for (const count of [1, 2]) expect(fill(sql, count)).toEqual({ added: 0 })
  expect(everything(sql)).toEqual(before)
})

test('it continues after any transaction', () => {
  const { sql } = temporaryDatabase()
  const interrupted = fillUp(sql, 30_000)
  for (let step = 0; step < 2; step++) interrupted.next()
  interrupted.return(undefined)
  expect(sql.isTransaction).toBe(false)
  expect(listPeople(sql).length).toBeLessThan(30_000)
  fill(sql, 30_000)
  expect(listPeople(sql)).toEqual(expectedPeople(30_000))
})

test('the people of others who have generated names or emails are left alone, and the next ones fill up', () => {
  const { sql } = temporaryDatabase()
  const insert = sql.prepare('INSERT INTO "User" (username, email) VALUES (?, ?)')
  insert.run(generatePerson(3).username.toUpperCase(), 'three@example.com')
  insert.run('seven', generatePerson(7).email.toUpperCase())
  const before = listPeople(sql)
  fill(sql, 100)
  const generated = Array.from({ length: 76 }, (_, index) => generatePerson(index)).filter((_, index) => index !== 3 && index !== 7)
  expect(listPeople(sql)).toEqual([...before, ...[...SAMPLE_PEOPLE, ...generated].map((person, index) => ({ id: index + 3, ...person }))])
})

test.each([
  ['one here and there', 'id % 7 = 0'],
  ['the first half', 'id BETWEEN 25 AND 500'],
  ['the last half', 'id > 500'],
  ['every other one', 'id % 2 = 0'],
  ['all', 'true'],
])('after the deletion of %s the target is reached again, and no one else changes', (_, condition) => {
  const { sql } = temporaryDatabase()
  fill(sql, 1000)
  sql.exec(`DELETE FROM "User" WHERE ${condition}`)
  const left = listPeople(sql)
  expect(fill(sql, 1000)).toEqual({ added: 1000 - left.length })
  expect(listPeople(sql)).toHaveLength(1000)
  expect(listPeople(sql).slice(0, left.length)).toEqual(left)
})

test('people added by other programs count, and those can write between two transactions', () => {
  const { sql } = temporaryDatabase()
  const steps = fillUp(sql, 12_000)
  steps.next()
  sql.exec(`INSERT INTO "User" (username, email) VALUES ('meanwhile', 'meanwhile@example.com')`)
  expect([...steps].at(-1)).toMatchObject({ people: 12_000 })
  expect(listPeople(sql)).toHaveLength(12_000)
})

test('a person rejected by a constraint is named with the reason, and that transaction adds no one', () => {
  const { sql } = temporaryDatabase()
  sql.exec(`CREATE TRIGGER stricter BEFORE INSERT ON "User" WHEN new.username = 'grace'
            BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: age must be a whole number from 0 to 80'); END`)
  expect(() => seedSamplePeople(sql)).toThrow('it rejected "grace": age must be a whole number from 0 to 80')
  expect(listPeople(sql)).toEqual([])
  expect(sql.isTransaction).toBe(false)
})
