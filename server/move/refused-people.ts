import { DatabaseSync } from 'node:sqlite'
import { constraintMessage } from '../database/constraint-message.ts'
import { applyMigrations, listMigrations } from '../database/sqlite/migrate.ts'
import { refusedTextQuery } from '../database/sqlite/trigger-sql.ts'
import type { RefusedPerson } from './people-database.ts'

// A constraint ends where the next one begins, or the table ends.
const CHECK = /CHECK (\(.*?\))(?=,\s+CONSTRAINT|\s+\) STRICT)/gs

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

// PRAGMA quick_check finds none of them here: SQLite does not even read the constraints of a database that is opened to be read alone.
function brokenChecksQuery(database: DatabaseSync): string {
  const { sql } = database.prepare(`SELECT "sql" FROM sqlite_schema WHERE "type" = 'table' AND "name" = 'User'`).get() ?? {}
  const checks = [...String(sql).matchAll(CHECK)].map(([, condition]) => `NOT ${condition}`)
  if (checks.length === 0) throw new Error('the table "User" has another form than server/move/refused-people.ts expects')
  return `SELECT "id" FROM "User" WHERE ${checks.join(' OR ')}`
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
