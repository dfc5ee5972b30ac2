import type { DatabaseSync } from 'node:sqlite'
import { countKeys } from './key-counts.ts'
import { readDefinition } from './migrate.ts'
import { inTransaction, truncateWal } from './sqlite.ts'
import { fillFoldedTextStatement, SEARCH_INDEXES, type SearchIndex, searchColumns, searchTextQuery } from './trigger-sql.ts'

// All of it reads and writes in order, and sorting takes as much memory as the cache may have.
const CACHE_KIB = 16 * 1_024

// The search index writes its part at the end of each statement: few parts are merged faster.
const PEOPLE_PER_STATEMENT = 100_000

// Of the whole time, at a million people.
const FOLDING_SHARE = 0.2
const INDEX_SHARE = 0.05
const SEARCH_SHARES: Record<SearchIndex, number> = { UserSearch: 0.45, UsernameSearch: 0.2 }

// As the migrations create it: a trigger only updates rows, so there is one for each age.
const COUNT_AGES = `
  DELETE FROM "UserAgeCount";
  WITH RECURSIVE "ages" ("age") AS (SELECT -1 UNION ALL SELECT "age" + 1 FROM "ages" WHERE "age" < 150)
  INSERT INTO "UserAgeCount" ("age", "people") SELECT "age", 0 FROM "ages";
  UPDATE "UserAgeCount" SET "people" = "counted"."people"
  FROM (SELECT ifnull("age", -1) AS "age", count(*) AS "people" FROM "User" GROUP BY 1) AS "counted"
  WHERE "counted"."age" = "UserAgeCount"."age"`

/** Builds the indexes of the people, and what triggers derive from them, anew: all of it or, when it fails, nothing. */
export function rebuildFromPeople(database: DatabaseSync): void {
  inTransaction(database, () => {
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; REINDEX "User"`)
    for (const _ of deriveFromPeople(database));
  })
  truncateWal(database)
}

/**
 * Lets the trigger rest that derives the folded names, the search index and the counts from each new person: for many at once it takes
 * longer than to derive all anew. Returns what does that; it yields each step's share of the work. All in the open transaction.
 */
export function suspendDerivation(database: DatabaseSync): () => Generator<number> {
  const triggers = drop(database, 'trigger', 'User', 'User_after_insert')
  return function* () {
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; ${triggers.join(';')}`)
    yield* deriveFromPeople(database)
  }
}

/**
 * Goes on with what `suspendDerivation` has let rest without a transaction, perhaps in another process: derives all anew in one transaction.
 * Nothing happens when nothing rests. `pause` is called between the steps; what it throws undoes them.
 */
export async function resumeDerivation(database: DatabaseSync, pause: () => Promise<void>): Promise<void> {
  const isThere =
    database.prepare(`SELECT 1 FROM sqlite_schema WHERE "type" = 'trigger' AND "name" = 'User_after_insert'`).get() !== undefined
  if (isThere) return
  database.exec(`PRAGMA cache_size = -${CACHE_KIB}; BEGIN IMMEDIATE; ${readDefinition('User_after_insert')}`)
  try {
    for (const _ of deriveFromPeople(database)) await pause()
    database.exec('COMMIT')
  } finally {
    if (database.isTransaction) database.exec('ROLLBACK')
  }
}

/** Fills "UserText", the search indexes, "UserAgeCount" and "UserKeyCount" anew, in the open transaction. Yields each step's share of the work. */
function* deriveFromPeople(database: DatabaseSync): Generator<number> {
  const indexes = drop(database, 'index', 'UserText')
  // Without its triggers, a table is emptied and filled at once.
  const triggers = drop(database, 'trigger', 'UserText')
  database.exec('DELETE FROM "UserText"; DELETE FROM "UserReplaced"')
  database.exec(fillFoldedTextStatement(database))
  yield FOLDING_SHARE
  for (const index of indexes) {
    database.exec(index)
    yield INDEX_SHARE
  }
  for (const trigger of triggers) database.exec(trigger)
  for (const index of SEARCH_INDEXES) yield* fillSearchIndex(database, index, SEARCH_SHARES[index])
  database.exec(COUNT_AGES)
  countKeys(database)
}

/** Yields the part of `share` that each step was. */
function* fillSearchIndex(database: DatabaseSync, index: SearchIndex, share: number): Generator<number> {
  database.exec(`INSERT INTO "${index}" ("${index}") VALUES ('delete-all')`)
  const { people } = database.prepare('SELECT count(*) AS "people" FROM "UserText"').get() ?? {}
  const findLast = database.prepare(
    `SELECT max("id") AS "last" FROM (SELECT "id" FROM "UserText" WHERE "id" > ? ORDER BY "id" LIMIT ${PEOPLE_PER_STATEMENT})`,
  )
  const insert = database.prepare(
    `INSERT INTO "${index}" ("rowid", ${searchColumns(database, index).join()}) ${searchTextQuery(database, index, '"id" > ? AND "id" <= ?')}`,
  )
  let first = Number.MIN_SAFE_INTEGER
  for (;;) {
    const last = findLast.get(first)?.last
    if (last == null) return
    const { changes } = insert.run(first, last)
    yield (share * Number(changes)) / Number(people)
    first = Number(last)
  }
}

/** Drops the indexes or triggers of `table`, or the one called `name`, and returns the statements that create them. */
function drop(database: DatabaseSync, type: 'index' | 'trigger', table: string, name: string | null = null): string[] {
  const objects = database
    .prepare(
      `SELECT "name", "sql" FROM sqlite_schema WHERE "type" = ? AND "tbl_name" = ? AND "name" = ifnull(?, "name") AND "sql" IS NOT NULL`,
    )
    .all(type, table, name)
  for (const each of objects) database.exec(`DROP ${type} "${each.name}"`)
  return objects.map(({ sql }) => String(sql))
}
