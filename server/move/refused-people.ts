import { DatabaseSync } from 'node:sqlite'
import { constraintMessage } from '../database/constraint-message.ts'
import { brokenChecksQuery } from '../database/sqlite/broken-checks.ts'
import { applyMigrations, listMigrations } from '../database/sqlite/migrate.ts'
import { refusedTextQuery } from '../database/sqlite/trigger-sql.ts'
import type { RefusedPerson } from './people-database.ts'

/**
 * The people of a SQLite database who break a constraint of today: written before it was made, or without checks, or damaged since. Both
 * engines have the same constraints.
 */
export function listRefusedPeople(database: DatabaseSync): RefusedPerson[] {
  const suspects = [...listIds(database, refusedTextQuery(database)), ...listIds(database, brokenChecksQuery(database))]
  if (suspects.length === 0) return []
  using model = new DatabaseSync(':memory:')
  applyMigrations(model, listMigrations())
  return [...new Set(suspects)].map((id) => ({ id: String(id), reason: findReason(database, id, model) }))
}

function listIds(database: DatabaseSync, query: string): bigint[] {
  const statement = database.prepare(query)
  statement.setReadBigInts(true)
  return statement.all().map(({ id }) => BigInt(String(id)))
}

/** The sentence with which the empty database `model` refuses the person. */
function findReason(database: DatabaseSync, id: bigint, model: DatabaseSync): string {
  // As bytes: a text that is not valid UTF-8 would be another one by now.
  const select = database.prepare(
    'SELECT CAST("username" AS BLOB) AS "username", CAST("email" AS BLOB) AS "email", "age" FROM "User" WHERE "id" = ?',
  )
  select.setReadBigInts(true)
  const { username = null, email = null, age = null } = select.get(id) ?? {}
  model.exec('BEGIN')
  try {
    model
      .prepare('INSERT INTO "User" ("id", "username", "email", "age") VALUES (?, CAST(? AS TEXT), CAST(? AS TEXT), ?)')
      .run(id, username, email, age)
    return 'breaks a constraint; see roster check'
  } catch (error) {
    const sentence = constraintMessage(error)
    if (sentence === null) throw error
    return sentence
  } finally {
    if (model.isTransaction) model.exec('ROLLBACK')
  }
}
