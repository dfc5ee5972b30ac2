// Not Prisma's client, which takes many times as long for a million people.
import type { DatabaseSync } from 'node:sqlite'
import { OperatorError } from '../errors.ts'
import { constraintMessage } from './constraint-message.ts'
import { inTransaction } from './in-transaction.ts'
import { generatePerson } from './people.ts'
import { type Person, SAMPLE_PEOPLE } from './sample-people.ts'

// Short enough that other writers get their turn within their busy timeout. Long, because names come in random order: each
// transaction writes most pages of four indexes anew, and half as many transactions write half as much.
const PEOPLE_PER_TRANSACTION = 25_000

// Far beyond any index that a count can reach; only the number of steps of a binary search depends on it.
const MAX_INDEX = 2 ** 30

// So many neighbours must be absent before their place counts as not yet filled: single people get deleted by hand.
const ABSENT_NEIGHBOURS = 16

/** People by number, `length` of them from number `first` on. */
type People = { first: number; length: number; personAt: (index: number) => Person | undefined }

// Not ON CONFLICT DO NOTHING, which uses up an id for everyone it ignores: seeding twice is to change nothing at all.
const WHERE_ABSENT = `
  WHERE NOT EXISTS (SELECT 1 FROM "User" WHERE username = new_username) AND NOT EXISTS (SELECT 1 FROM "User" WHERE email = new_email)`

/**
 * Adds the sample people, at most `limit`, who are not there yet, and returns how many it added.
 * One whose username or e-mail is there, in any letter case, is left as it is.
 */
export function seedSamplePeople(database: DatabaseSync, limit = SAMPLE_PEOPLE.length): number {
  const { length } = SAMPLE_PEOPLE
  return inTransaction(database, () => insertPeople(database, { first: 0, length, personAt: (index) => SAMPLE_PEOPLE[index] }, limit))
}

/**
 * Adds sample people, then generated ones, until there are `target` people in all; yields after every transaction.
 * The caller may stop at any yield: the database is valid then, and a later call goes on from there.
 */
export function* fillUp(database: DatabaseSync, target: number): Generator<{ added: number; people: number }> {
  let people = countPeople(database)
  if (people >= target) return
  const samples = seedSamplePeople(database, target - people)
  people += samples
  yield { added: samples, people }

  let index = findIndexToGoOnFrom(database)
  while (people < target) {
    const added = inTransaction(database, () => {
      // Counted anew, as others may have added or deleted people in between.
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

/** The index after the last generated person who is there, found without trying all those before. */
function findIndexToGoOnFrom(database: DatabaseSync): number {
  const find = database.prepare('SELECT 1 FROM "User" WHERE username = ? AND email = ?')
  const isThere = ({ username, email }: Person) => find.get(username, email) !== undefined
  const isFilled = (index: number) => Array.from({ length: ABSENT_NEIGHBOURS }, (_, offset) => generatePerson(index + offset)).some(isThere)
  let low = 0
  let high = MAX_INDEX
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (isFilled(middle)) low = middle + 1
    else high = middle
  }
  return low
}

function insertGeneratedPeople(database: DatabaseSync, people: People): number {
  try {
    // Mostly nobody is there yet, and to look for each first would cost as much as keeping an index.
    return insert(database, people, people.length, '')
  } catch (error) {
    if (constraintMessage(error) === null) throw error
    return insertPeople(database, people, people.length)
  }
}

/** Inserts the first `limit` of `people` whose username and e-mail nobody has, and returns how many those were. */
function insertPeople(database: DatabaseSync, people: People, limit: number): number {
  try {
    return insert(database, people, limit, WHERE_ABSENT)
  } catch (error) {
    const reason = constraintMessage(error)
    if (reason === null) throw error
    const { first, length, personAt } = people
    if (length === 1) throw new OperatorError(`it refused ${JSON.stringify(personAt(first)?.username)}: ${reason}`)
    // SQLite does not say who broke the constraint; one by one, it shows.
    let added = 0
    for (let index = first; index < first + length; index += 1)
      added += insertPeople(database, { first: index, length: 1, personAt }, limit - added)
    return added
  }
}

// One statement for all: triggers that keep a full-text index cost several times as much when each person is one.
// It asks for one person at a time: as one document of JSON, the people of a transaction would take 60 MB.
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
