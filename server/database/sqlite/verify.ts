import type { DatabaseSync } from 'node:sqlite'
import { listMigrations, listPendingMigrations, listSchemaDifferences } from './migrate.ts'
import { countPeople } from './seed.ts'

/**
 * Counts the people in `database` after checking that it is whole: SQLite's check of its structure, the schema against the
 * migrations, and the people against the counts that triggers keep. One that lacks migrations has only the first check.
 * @throws Error whose message is about "it".
 */
export function verifyDatabase(database: DatabaseSync): number {
  // VACUUM INTO has built all indexes anew: integrity_check, which compares them with the rows, would take ten times as long.
  const { quick_check: problem } = database.prepare('PRAGMA quick_check(1)').get() ?? {}
  if (problem !== 'ok') throw new Error(`it is damaged (${problem})`)
  const pending = listPendingMigrations(database)
  if (pending.length === listMigrations().length) throw new Error('it is an empty database')
  const people = countPeople(database)
  if (pending.length > 0) return people
  const differences = listSchemaDifferences(database)
  if (differences.length > 0) throw new Error(`it has another schema than the migrations (${differences.join(', ')})`)
  const { counted } = database.prepare('SELECT sum("people") AS "counted" FROM "UserAgeCount"').get() ?? {}
  if (counted !== people) throw new Error(`it has ${people} people, but counts of ${counted}`)
  return people
}

/** Whether migrations were applied to `database`, by this release or another one. */
export function hasMigrationsTable(database: DatabaseSync): boolean {
  return database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '_prisma_migrations'`).get() !== undefined
}
