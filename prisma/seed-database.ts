// Not Prisma's client, which takes many times as long for a million people.
import type { DatabaseSync } from 'node:sqlite'
import { constraintMessage } from './constraint-message.ts'
import { generatePerson } from './generate-people.ts'
import { OperatorError } from './operator-error.ts'
import { type Person, SAMPLE_PEOPLE } from './sample-people.ts'

// Short enough that other writers get their turn within their busy timeout, long enough that a commit costs little per person.
const PEOPLE_PER_TRANSACTION = 10_000

// Far beyond any index that a count can reach; only the number of steps of a binary search depends on it.
const MAX_INDEX = 2 ** 30

// So many neighbours must be absent before their place counts as not yet filled: single people get deleted by hand.
const ABSENT_NEIGHBOURS = 16

/**
 * Adds the sample people, at most `limit`, who are not there yet, and returns how many it added.
 * One whose username or e-mail is there, in any letter case, is left as it is.
 */
export function seedSamplePeople(database: DatabaseSync, limit = SAMPLE_PEOPLE.length): number {
  return inTransaction(database, () => insertPeople(database, SAMPLE_PEOPLE, limit))
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
      const length = Math.max(0, Math.min(PEOPLE_PER_TRANSACTION, target - people))
      const next = Array.from({ length }, () => generatePerson(index++))
      return insertPeople(database, next)
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

/** Inserts the first `limit` of `people` whose username and e-mail nobody has, and returns how many those were. */
function insertPeople(database: DatabaseSync, people: readonly Person[], limit = people.length): number {
  try {
    // All in one statement: triggers that keep a full-text index cost several times as much when each person is one.
    // Not ON CONFLICT DO NOTHING, which uses up an id for everyone it ignores: seeding twice is to change nothing at all.
    const statement = database.prepare(
      `INSERT INTO "User" (username, email, age)
       SELECT value ->> 'username' AS new_username, value ->> 'email' AS new_email, value ->> 'age' FROM json_each(?)
       WHERE NOT EXISTS (SELECT 1 FROM "User" WHERE username = new_username) AND NOT EXISTS (SELECT 1 FROM "User" WHERE email = new_email)
       LIMIT ?`,
    )
    return Number(statement.run(JSON.stringify(people), limit).changes)
  } catch (error) {
    const reason = constraintMessage(error)
    if (reason === null) throw error
    // SQLite does not say who broke the constraint; one by one, it shows.
    if (people.length > 1) return people.reduce((added, person) => added + insertPeople(database, [person], limit - added), 0)
    throw new OperatorError(`it refused ${JSON.stringify(people[0]?.username)}: ${reason}`)
  }
}

function inTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}
