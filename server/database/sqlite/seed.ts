// Plain SQL: Prisma's client takes many times as long for a million people.
import type { DatabaseSync } from 'node:sqlite'
import { OperatorError } from '../../errors.ts'
import { constraintMessage } from '../constraint-message.ts'
import { type Person, SAMPLE_PEOPLE } from '../sample-people.ts'
import { generatePerson } from './people.ts'
import { inTransaction } from './sqlite.ts'

// Small enough for other writers to get the lock within their busy timeout. Large, as names come in random order: each transaction
// rewrites most pages of four indexes, so half as many transactions write half as much.
const PEOPLE_PER_TRANSACTION = 25_000

// Beyond any index that a count can reach; it sets only the number of steps of a binary search.
const MAX_INDEX = 2 ** 30

// An index counts as unused when this many in a row are missing: single people may have been deleted by hand.
const MISSING_IN_A_ROW = 16

/** People by index: `length` of them, starting at `first`. */
type People = { first: number; length: number; personAt: (index: number) => Person | undefined }

// Not ON CONFLICT DO NOTHING, which uses up an id for each row that it ignores: seeding twice must change nothing.
const WHERE_ABSENT = `
  WHERE NOT EXISTS (SELECT 1 FROM "User" WHERE username = new_username) AND NOT EXISTS (SELECT 1 FROM "User" WHERE email = new_email)`

/**
 * Adds the sample people who are missing, at most `limit`, and returns their number. Skips those whose username or email exists, in any
 * letter case.
 */
export function seedSamplePeople(database: DatabaseSync, limit = SAMPLE_PEOPLE.length): number {
  const { length } = SAMPLE_PEOPLE
  return inTransaction(database, () => insertPeople(database, { first: 0, length, personAt: (index) => SAMPLE_PEOPLE[index] }, limit))
}

/**
 * Adds sample people, then generated ones, until there are `target` people; yields after each transaction. The caller may stop at any
 * yield: the database is valid then, and a later call continues from there.
 */
export function* fillUp(database: DatabaseSync, target: number): Generator<{ added: number; people: number }> {
  let people = countPeople(database)
  if (people >= target) return
  const samples = seedSamplePeople(database, target - people)
  people += samples
  yield { added: samples, people }

  let index = findNextIndex(database)
  while (people < target) {
    const added = inTransaction(database, () => {
      // Counted again, as other programs may have added or deleted people.
      people = countPeople(database)
      const length = Math.min(PEOPLE_PER_TRANSACTION, target - people)
      if (length <= 0) return 0
      const first = index
      index += length
      return insertGeneratedPeople(database, { first, length, personAt: generatePerson })
    })
    people += added
    yield { added, people }
  }
}

export function countPeople(database: DatabaseSync): number {
  return Number(database.prepare('SELECT count(*) AS people FROM "User"').get()?.people)
}

/** The index after the last generated person in the database, by binary search. */
function findNextIndex(database: DatabaseSync): number {
  const find = database.prepare('SELECT 1 FROM "User" WHERE username = ? AND email = ?')
  const isThere = ({ username, email }: Person) => find.get(username, email) !== undefined
  const isUsed = (index: number) => Array.from({ length: MISSING_IN_A_ROW }, (_, offset) => generatePerson(index + offset)).some(isThere)
  let low = 0
  let high = MAX_INDEX
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isUsed(middle)) low = middle + 1
    else high = middle
  }
  return low
}

function insertGeneratedPeople(database: DatabaseSync, people: People): number {
  try {
    // Usually all are new, and to look each up first would cost as much as updating an index.
    return insert(database, people, people.length, '')
  } catch (error) {
    if (constraintMessage(error) === null) throw error
    return insertPeople(database, people, people.length)
  }
}

/** Inserts the first `limit` of `people` whose username and email are free, and returns their number. */
function insertPeople(database: DatabaseSync, people: People, limit: number): number {
  try {
    return insert(database, people, limit, WHERE_ABSENT)
  } catch (error) {
    const reason = constraintMessage(error)
    if (reason === null) throw error
    const { first, length, personAt } = people
    if (length === 1) throw new OperatorError(`it rejected ${JSON.stringify(personAt(first)?.username)}: ${reason}`)
    // SQLite's error does not name the row: insert one by one to find it.
    let added = 0
    for (let index = first; index < first + length; index += 1)
      added += insertPeople(database, { first: index, length: 1, personAt }, limit - added)
    return added
  }
}

// One statement: with one per person, the triggers that update the full-text index cost several times as much.
// A function supplies one person at a time: as one JSON document, those of a transaction would take 60 MB.
function insert(database: DatabaseSync, { first, length, personAt }: People, limit: number, where: string): number {
  database.function('person', (index) => JSON.stringify(personAt(Number(index))) ?? null)
  const statement = database.prepare(
    `INSERT INTO "User" (username, email, age)
     WITH RECURSIVE
       indexes (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM indexes WHERE i < :last),
       people (person) AS MATERIALIZED (SELECT person(i) FROM indexes)
     SELECT person ->> 'username' AS new_username, person ->> 'email' AS new_email, person ->> 'age' FROM people ${where} LIMIT :limit`,
  )
  return Number(statement.run({ first, last: first + length - 1, limit }).changes)
}
