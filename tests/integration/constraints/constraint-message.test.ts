import type { SQLInputValue } from 'node:sqlite'
import { expect, test } from 'vitest'
import { constraintMessage } from '../../../server/database/constraint-message.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

/** What SQLite throws when `someone` is added with `columns`, to a database with `other` as person 7. */
function errorOf(columns: Record<string, SQLInputValue>): unknown {
  const { sql } = temporaryDatabase()
  sql.exec(`INSERT INTO "User" VALUES (7, 'other', 'other@example.com', 7)`)
  const row = { id: null, username: 'someone', email: 'someone@example.com', age: 42, ...columns }
  try {
    sql.prepare('INSERT INTO "User" VALUES (?, ?, ?, ?)').run(row.id, row.username, row.email, row.age)
  } catch (error) {
    return error
  }
  throw new Error('SQLite accepted it')
}

test.each([
  [{ age: 151 }, 'age must be a whole number from 0 to 150'],
  [{ age: 'abc' }, 'age must be a whole number'],
  [{ age: 42.5 }, 'age must be a whole number'],
  [{ username: ' x' }, 'username must not begin or end with white space'],
  [{ username: 'OTHER' }, 'username is already taken, perhaps in a different letter case'],
  [{ username: null }, 'username must not be missing'],
  [{ username: new Uint8Array(1) }, 'username must be text'],
  [{ email: 'Other@example.com' }, 'email is already taken, perhaps in a different letter case'],
  [{ email: 'someone' }, 'email must look like name@host'],
  [{ id: 7 }, 'id is already taken'],
  [{ id: 0 }, 'id must be between 1 and 2147483647'],
  [{ id: 'abc' }, 'id must be a whole number'],
])('%j is refused with "%s"', (columns, sentence) => {
  expect(constraintMessage(errorOf(columns))).toBe(sentence)
})

test('other errors and other values have no such message', () => {
  const { sql } = temporaryDatabase()
  expect.assertions(2)
  try {
    sql.exec('SELECT * FROM nowhere')
  } catch (error) {
    expect(constraintMessage(error)).toBeNull()
  }
  expect(constraintMessage('CHECK constraint failed: x')).toBeNull()
})
