import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { constraintMessage } from '../../database/constraint-message.ts'
import { suspendDerivation } from '../../database/sqlite/rebuild.ts'
import { enlargeCache } from '../../database/sqlite/sqlite.ts'

/** Small enough to show progress and to obey signals; large, as the search index writes its part at the end of each statement. */
const ROWS_PER_STATEMENT = 25_000

// Less than a seed has: reading the file has taken memory, which the process keeps. All of it stays below 300 MB.
const WRITING_KIB = 64 * 1_024

// Sorting takes as much memory as the cache may have.
const SORTING_KIB = 16 * 1_024

// Of the time for many new people.
const DERIVED_SHARE = 0.6

/** The numbers of rows that the database has refused, by the sentence of the constraint. */
export type Faults = Map<string, number[]>

/**
 * Writes what `planImport` has decided, in the open transaction: yields how many rows the work of each step stands for. Rows that the
 * database refuses are not written but added to `faults`: the caller then rolls back, and plans again.
 */
export function* writePlan(database: DatabaseSync, faults: Faults): Generator<number> {
  yield* removePeople(database)
  database.exec(`
    PRAGMA cache_size = -${SORTING_KIB};
    DROP TABLE IF EXISTS temp."ImportWrite";
    CREATE TEMP TABLE "ImportWrite" ("position" INTEGER PRIMARY KEY, "row" INTEGER NOT NULL, "id" INTEGER)`)
  // People who get a new id come last: no id of the file must be gone by then. Ordered by id, as the search index is.
  const { changes } = database
    .prepare(`
      INSERT INTO "ImportWrite" ("row", "id") SELECT "row", ifnull("id", "target") AS "new" FROM "ImportRow"
      WHERE "reason" IS NULL AND ("target" IS NULL OR "action" = 'move') ORDER BY "new" IS NULL, "new", "row"`)
    .run()
  enlargeCache(database, WRITING_KIB)
  yield* updateAges(database, faults)
  const derive = isMostlyNew(database, Number(changes)) ? suspendDerivation(database) : null
  const findRow = database.prepare('SELECT "row" FROM "ImportWrite" WHERE "position" = ?')
  const written = writeRows(
    database.prepare(`
      INSERT INTO "User" ("id", "username", "email", "age")
      SELECT "ImportWrite"."id", "username", "email", "age" FROM "ImportWrite" CROSS JOIN "ImportRow" USING ("row")
      WHERE "position" BETWEEN ? AND ? ORDER BY "position"`),
    [1, Number(changes)],
    (sentence, position) => addFault(faults, sentence, Number(findRow.get(position)?.row)),
  )
  const ownShare = derive === null ? 1 : 1 - DERIVED_SHARE
  for (const rows of written) yield rows * ownShare
  if (derive !== null && faults.size === 0) for (const share of derive()) yield Number(changes) * DERIVED_SHARE * share
}

// People who move are removed first and come back with the same id: in any order, one of them could need what another still has.
function* removePeople(database: DatabaseSync): Generator<number> {
  database.exec(`
    CREATE TEMP TABLE IF NOT EXISTS "ImportDelete" ("position" INTEGER PRIMARY KEY, "id" INTEGER NOT NULL);
    DELETE FROM "ImportDelete";
    INSERT INTO "ImportDelete" ("id")
    SELECT "id" FROM "ImportRemoved" UNION ALL SELECT "target" FROM "ImportRow" WHERE "reason" IS NULL AND "action" = 'move' ORDER BY 1`)
  const { last } = database.prepare('SELECT ifnull(max("position"), 0) AS "last" FROM "ImportDelete"').get() ?? {}
  const remove = database.prepare('DELETE FROM "User" WHERE "id" IN (SELECT "id" FROM "ImportDelete" WHERE "position" BETWEEN ? AND ?)')
  for (const [from, to] of ranges(1, Number(last))) {
    remove.run(from, to)
    yield 0
  }
}

function* updateAges(database: DatabaseSync, faults: Faults): Generator<number> {
  const { first, last } =
    database
      .prepare(`SELECT min("row") AS "first", max("row") AS "last" FROM "ImportRow" WHERE "reason" IS NULL AND "action" = 'age'`)
      .get() ?? {}
  if (first === null) return
  yield* writeRows(
    database.prepare(`
      UPDATE "User" SET "age" = "ImportRow"."age" FROM "ImportRow"
      WHERE "ImportRow"."row" BETWEEN ? AND ? AND "reason" IS NULL AND "action" = 'age' AND "User"."id" = "target"`),
    [Number(first), Number(last)],
    (sentence, row) => addFault(faults, sentence, row),
  )
}

type Refuse = (sentence: string, number: number) => void

/** Runs `write` for all numbers from `first` to `last`, many at once; `refuse` is called with each single one that breaks a constraint. */
function* writeRows(write: StatementSync, [first, last]: [first: number, last: number], refuse: Refuse): Generator<number> {
  for (const [from, to] of ranges(first, last)) {
    writeRange(write, from, to, refuse)
    yield to - from + 1
  }
}

// SQLite's error does not name the row, but undoes the whole statement: halve the range until it is one row.
function writeRange(write: StatementSync, from: number, to: number, refuse: Refuse): void {
  try {
    write.run(from, to)
  } catch (error) {
    const sentence = constraintMessage(error)
    if (sentence === null) throw error
    if (from === to) refuse(sentence, from)
    else {
      const middle = Math.floor((from + to) / 2)
      writeRange(write, from, middle, refuse)
      writeRange(write, middle + 1, to, refuse)
    }
  }
}

function addFault(faults: Faults, sentence: string, row: number): void {
  const rows = faults.get(sentence)
  if (rows === undefined) faults.set(sentence, [row])
  else rows.push(row)
}

function* ranges(first: number, last: number): Generator<[from: number, to: number]> {
  for (let from = first; from <= last; from += ROWS_PER_STATEMENT) yield [from, Math.min(last, from + ROWS_PER_STATEMENT - 1)]
}

/** Whether most people will be new: deriving everything anew is quicker then. */
function isMostlyNew(database: DatabaseSync, newRows: number): boolean {
  const people = Number(database.prepare('SELECT count(*) AS "people" FROM "User"').get()?.people)
  return newRows >= ROWS_PER_STATEMENT && newRows >= people
}
