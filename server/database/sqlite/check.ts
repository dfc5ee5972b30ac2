// What `roster check` looks at: each check is a name and a function that returns what is wrong, or null.
import type { DatabaseSync } from 'node:sqlite'
import { errorMessage } from '../../errors.ts'
import { describeIds } from '../../format.ts'
import { brokenChecksQuery } from './broken-checks.ts'
import { findMiscountedKeys } from './key-counts.ts'
import { listPendingMigrations, listSchemaDifferences } from './migrate.ts'
import { fingerprintIndex, fingerprintText } from './search-fingerprint.ts'
import { sqliteResultCode } from './sqlite.ts'
import { refusedTextQuery, SEARCH_INDEXES, wrongFoldedTextQuery } from './trigger-sql.ts'
import { findUnreadablePeople } from './unreadable-people.ts'

const MAX_LISTED_AGES = 10
const MAX_AGE = 150
const UNKNOWN_AGE = -1

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

export type Check = {
  name: string
  /** Whether `rebuildFromPeople` repairs what is wrong. */
  isRepairable: boolean
  findProblem: (database: DatabaseSync) => string | null
}

/** Checks that make sense for any database. Without a problem of these, the database can have `PEOPLE_CHECKS`. */
export const SCHEMA_CHECKS: Check[] = [{ name: 'Schema', isRepairable: false, findProblem: schemaProblem }]

export const PEOPLE_CHECKS: Check[] = [
  { name: 'Structure', isRepairable: false, findProblem: structureProblem },
  { name: 'Sorted lists', isRepairable: true, findProblem: indexProblem },
  { name: 'Folded names', isRepairable: true, findProblem: foldedTextProblem },
  { name: 'Late pages', isRepairable: true, findProblem: keyCountProblem },
  { name: 'Search index', isRepairable: true, findProblem: searchProblem },
  { name: 'Ages', isRepairable: true, findProblem: ageProblem },
  { name: 'Constraints', isRepairable: false, findProblem: constraintProblem },
  { name: 'UTF-8', isRepairable: false, findProblem: encodingProblem },
  { name: 'Readable text', isRepairable: false, findProblem: refusedTextProblem },
]

/** What `check` finds wrong with `database`, or null. A database that SQLite cannot read there is wrong, too. */
export function findProblem({ findProblem }: Check, database: DatabaseSync): string | null {
  try {
    return findProblem(database)
  } catch (error) {
    if (sqliteResultCode(error) === null) throw error
    return `cannot be read: ${errorMessage(error)}`
  }
}

function schemaProblem(database: DatabaseSync): string | null {
  const pending = listPendingMigrations(database)
  if (pending.length > 0) return `lacks migrations (${pending.map(({ name }) => name).join(', ')}); apply them with roster prepare`
  const differences = listSchemaDifferences(database)
  return differences.length > 0 ? `does not match the migrations (${differences.join(', ')}); restore a backup` : null
}

// integrity_check compares each index with its table row by row, which takes 30 s for a million people; `indexProblem` takes 7 s.
function structureProblem(database: DatabaseSync): string | null {
  const problems = database
    .prepare('PRAGMA quick_check(3)')
    .all()
    .map(({ quick_check: problem }) => String(problem))
  return problems.join() === 'ok' ? null : problems.join('; ')
}

function indexProblem(database: DatabaseSync): string | null {
  const wrong = ['User', 'UserText'].flatMap((table) => {
    const rowsOfTable = new Map<string, string>()
    return listIndexes(database, table).filter(({ name, columns }) => {
      const inTable = rowsOfTable.get(columns) ?? fingerprintRows(database, columns, `"${table}" ${withoutIndex(database, table)}`)
      rowsOfTable.set(columns, inTable)
      return fingerprintRows(database, columns, `"${table}" INDEXED BY "${name}"`) !== inTable
    })
  })
  return wrong.length > 0 ? `differ from the people: ${wrong.map(({ name }) => name).join(', ')}` : null
}

/** What makes a query read `table` itself. SQLite ignores NOT INDEXED for a table that is stored in its primary key. */
function withoutIndex(database: DatabaseSync, table: string): string {
  const key = database.prepare(`SELECT "name" FROM pragma_index_list(?) WHERE "origin" = 'pk'`).get(table)
  return key === undefined ? 'NOT INDEXED' : `INDEXED BY "${key.name}"`
}

/** The indexes of `table` that CREATE INDEX made, each with its columns, in order of their names. */
function listIndexes(database: DatabaseSync, table: string): { name: string; columns: string }[] {
  return database
    .prepare(
      `SELECT "index"."name", group_concat('"' || ifnull("column"."name", 'id') || '"' ORDER BY ifnull("column"."name", 'id')) AS "columns"
       FROM pragma_index_list(?) AS "index", pragma_index_xinfo("index"."name") AS "column" WHERE "index"."origin" = 'c' GROUP BY "index"."name"`,
    )
    .all(table)
    .map(({ name, columns }) => ({ name: String(name), columns: String(columns) }))
}

/** The number of rows, and a sum of their hashes that does not depend on their order. `from` is a table with its index. */
function fingerprintRows(database: DatabaseSync, columns: string, from: string): string {
  // Row by row: a function within the query would keep every text in memory until its end.
  const texts = database.prepare(`SELECT concat_ws(char(31), ${columns}) FROM ${from}`)
  texts.setReturnArrays(true)
  let rows = 0
  let sum = 0
  for (const row of texts.iterate()) {
    sum = (sum + hash(String(row[0]))) | 0
    rows += 1
  }
  return `${rows} ${sum}`
}

/** FNV-1a, of 32 bits. */
function hash(text: string): number {
  let hash = FNV_OFFSET
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME)
  return hash
}

function foldedTextProblem(database: DatabaseSync): string | null {
  const wrong = listIds(database, wrongFoldedTextQuery(database))
  if (wrong.length > 0) return `differ from the names of ${describeIds(wrong)}`
  const { surplus } = database.prepare('SELECT (SELECT count(*) FROM "UserText") - (SELECT count(*) FROM "User") AS "surplus"').get() ?? {}
  return surplus === 0 ? null : `${surplus} more rows than people`
}

function keyCountProblem(database: DatabaseSync): string | null {
  const wrong = findMiscountedKeys(database)
  return wrong.length > 0 ? `are counted wrongly in the order of ${wrong.join(', ')}` : null
}

function searchProblem(database: DatabaseSync): string | null {
  // SQLite's tokenizer and JavaScript read broken sequences in different ways.
  const unreadable = findUnreadablePeople(database)
  for (const index of SEARCH_INDEXES) {
    const actual = fingerprintIndex(database, index, unreadable)
    const expected = fingerprintText(database, index, unreadable)
    if (actual.entries !== expected.entries)
      return `differs from the people: ${actual.entries.toLocaleString('en')} entries instead of ${expected.entries.toLocaleString('en')}`
    if (actual.sums.join() !== expected.sums.join()) return 'differs from the people'
  }
  return null
}

function ageProblem(database: DatabaseSync): string | null {
  const read = (query: string) =>
    new Map(
      database
        .prepare(query)
        .all()
        .map(({ age, people }) => [Number(age), Number(people)]),
    )
  const expected = read(`SELECT ifnull("age", ${UNKNOWN_AGE}) AS "age", count(*) AS "people" FROM "User" GROUP BY 1`)
  const counted = read('SELECT "age", "people" FROM "UserAgeCount"')
  const ages = Array.from({ length: MAX_AGE - UNKNOWN_AGE + 1 }, (_, index) => index + UNKNOWN_AGE)
  const wrong = ages.filter((age) => counted.get(age) !== (expected.get(age) ?? 0))
  if (wrong.length === 0) return null
  const names = wrong.slice(0, MAX_LISTED_AGES).map((age) => (age === UNKNOWN_AGE ? 'unknown' : age))
  return `counted wrongly: ${names.join(', ')}${wrong.length > MAX_LISTED_AGES ? ', …' : ''}`
}

function constraintProblem(database: DatabaseSync): string | null {
  const ids = listIds(database, brokenChecksQuery(database))
  return ids.length > 0 ? `${describeIds(ids)}: the username, the email or the age is not within its limits; correct it` : null
}

function encodingProblem(database: DatabaseSync): string | null {
  const ids = findUnreadablePeople(database)
  return ids.length > 0 ? `${describeIds(ids)}: the username or email is not valid UTF-8; correct it` : null
}

function refusedTextProblem(database: DatabaseSync): string | null {
  const rows = database.prepare(refusedTextQuery(database)).all()
  const ids = rows.filter(({ fault }) => !String(fault).endsWith(' encoding')).map(({ id }) => Number(id))
  return ids.length > 0
    ? `${describeIds(ids)}: the username or email has invisible characters, or begins with a combining mark; correct it`
    : null
}

function listIds(database: DatabaseSync, query: string): number[] {
  return database
    .prepare(query)
    .all()
    .map(({ id }) => Number(id))
}
