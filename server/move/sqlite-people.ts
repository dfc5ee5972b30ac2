import { statSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { findProblem, PEOPLE_CHECKS, SCHEMA_CHECKS } from '../database/sqlite/check.ts'
import { fileProblem } from '../database/sqlite/file-checks.ts'
import { listPendingMigrations } from '../database/sqlite/migrate.ts'
import { openForWriting, writeProblem } from '../database/sqlite/open-for-writing.ts'
import { prepareDatabase } from '../database/sqlite/prepare.ts'
import { resumeDerivation, suspendDerivation } from '../database/sqlite/rebuild.ts'
import { enlargeCache, inTransaction, openDatabase, truncateWal } from '../database/sqlite/sqlite.ts'
import { OperatorError } from '../errors.ts'
import type { PeopleDatabase, PersonRow } from './people-database.ts'
import { listRefusedPeople } from './refused-people.ts'

/**
 * Opens the SQLite database in `file` to read it.
 * @throws OperatorError when it is missing or lacks migrations.
 */
export function openSqliteSource(file: string): PeopleDatabase {
  try {
    const problem = fileProblem(file)
    if (problem !== null) throw new OperatorError(`it ${problem}; check DATABASE_URL`)
    const database = openDatabase(file, { isReadOnly: true })
    if (listPendingMigrations(database).length > 0) throw new OperatorError('it lacks migrations; apply them with roster prepare')
    return new SqlitePeople(file, database)
  } catch (error) {
    throw explain(error, file, 'read')
  }
}

/**
 * Opens the SQLite database in `file` to write to it; a missing one is created without people.
 * @throws OperatorError when it cannot be used, or lacks migrations.
 */
export function openSqliteTarget(file: string, report: (line: string) => void): PeopleDatabase {
  if (!statSync(file, { throwIfNoEntry: false })?.size) prepareDatabase(file, { seed: 'none', report })
  try {
    const database = openForWriting(file)
    enlargeCache(database)
    return new SqlitePeople(file, database)
  } catch (error) {
    throw explain(error, file, 'changed')
  }
}

function explain(error: unknown, file: string, done: string): unknown {
  const reason = writeProblem(error)
  return reason === null ? error : new OperatorError(`The database ${file} cannot be ${done}: ${reason}`)
}

class SqlitePeople implements PeopleDatabase {
  readonly name: string
  readonly #database: DatabaseSync

  constructor(name: string, database: DatabaseSync) {
    this.name = name
    this.#database = database
  }

  async beginReading() {
    // The first read takes the moment; BEGIN alone does not.
    this.#database.exec('BEGIN; SELECT 1 FROM "User" LIMIT 1')
  }

  async endReading() {
    this.#database.exec('COMMIT')
  }

  async listPeople(after: number, limit: number) {
    const select = this.#database.prepare('SELECT "id", "username", "email", "age" FROM "User" WHERE "id" > ? ORDER BY "id" LIMIT ?')
    const rows = select.all(after, limit)
    return rows.map(
      ({ id, username, email, age }): PersonRow => [Number(id), String(username), String(email), age === null ? null : Number(age)],
    )
  }

  async findLastId() {
    return Number(this.#database.prepare(`SELECT max("seq") AS "last" FROM sqlite_sequence WHERE "name" = 'User'`).get()?.last)
  }

  async listRefusedPeople() {
    return listRefusedPeople(this.#database)
  }

  async prepareForMany() {
    // What it returns would go on within this process only.
    suspendDerivation(this.#database)
  }

  // One statement: with one per person, the triggers that update the search index cost several times as much.
  async addPeople(people: PersonRow[]) {
    this.#database
      .prepare(
        `INSERT INTO "User" ("id", "username", "email", "age")
         SELECT "value" ->> 0, "value" ->> 1, "value" ->> 2, "value" ->> 3 FROM json_each(?)`,
      )
      .run(JSON.stringify(people))
  }

  async removePeople(ids: number[]) {
    this.#database.prepare('DELETE FROM "User" WHERE "id" IN (SELECT "value" FROM json_each(?))').run(JSON.stringify(ids))
  }

  async finishWriting(lastId: number, pause: () => Promise<void>) {
    await resumeDerivation(this.#database, pause)
    inTransaction(this.#database, () => {
      // A database that never had anyone has no row there.
      this.#database
        .prepare(
          `INSERT INTO sqlite_sequence ("name", "seq") SELECT 'User', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE "name" = 'User')`,
        )
        .run()
      this.#database.prepare(`UPDATE sqlite_sequence SET "seq" = :last WHERE "name" = 'User' AND "seq" < :last`).run({ last: lastId })
    })
    truncateWal(this.#database)
  }

  async findProblem(pause: () => Promise<void>) {
    for (const check of [...SCHEMA_CHECKS, ...PEOPLE_CHECKS]) {
      const problem = findProblem(check, this.#database)
      if (problem !== null) return `${check.name}: ${problem}`
      await pause()
    }
    return null
  }

  async [Symbol.asyncDispose]() {
    this.#database.close()
  }
}
