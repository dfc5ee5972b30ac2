import type { DatabaseSync } from 'node:sqlite'

// Of the triggers in prisma/migrations: what `User_after_insert` writes to "UserText", what triggers of that write to the search indexes, and
// what `User_text_before_insert` finds wrong with a text. Taken from there, so that a check cannot differ from what is written.
const FOLDED_TEXT = /INSERT INTO "UserText" \((?<columns>[^)]*)\)\s+VALUES \((?<values>.*?)\);\s+END/s
const SEARCH_TEXT =
  /INSERT INTO "\w+" \("rowid", (?<columns>[^)]*)\)\s+SELECT (?<values>"id", "name",.*?)\s+FROM \((?<source>SELECT new\.[^;]*)\);/s
const TEXT_FAULT = /INSERT INTO "UserRefusal" \("fault"\) VALUES \((?<value>\(.*?\))\);/s

/** A query of all `id`s whose row in "UserText" is missing or not what the triggers would write there. */
export function wrongFoldedTextQuery(database: DatabaseSync): string {
  const { columns, values } = foldedText(database)
  const actual = columns
    .split(', ')
    .map((column) => `"UserText".${column}`)
    .join(', ')
  return `SELECT "User"."id" FROM "User" LEFT JOIN "UserText" ON "UserText"."id" = "User"."id" WHERE (${actual}) IS NOT (${values})`
}

/** A statement that fills the empty table "UserText", which is in the order of usernames. */
export function fillFoldedTextStatement(database: DatabaseSync): string {
  const { columns, values } = foldedText(database)
  return `INSERT INTO "UserText" (${columns}) SELECT ${values} FROM "User" ORDER BY 1`
}

/** The indexes that searches read: of usernames and emails, and of usernames alone. */
export const SEARCH_INDEXES = ['UserSearch', 'UsernameSearch'] as const
export type SearchIndex = (typeof SEARCH_INDEXES)[number]

const SEARCH_TRIGGERS = { UserSearch: 'UserText_after_insert', UsernameSearch: 'UserText_after_insert_of_username' }

/**
 * A query of what `index` should contain: id and the text of each of its columns, by id. For the people that `where`, a condition on "UserText",
 * admits.
 */
export function searchTextQuery(database: DatabaseSync, index: SearchIndex, where = 'TRUE'): string {
  const { values, source } = match(database, SEARCH_TRIGGERS[index], SEARCH_TEXT)
  return `SELECT ${values} FROM (${source?.replaceAll('new.', '"UserText".')} FROM "UserText" WHERE ${where}) ORDER BY "id"`
}

/** The names of the columns of `index`, in the order of `searchTextQuery`. */
export function searchColumns(database: DatabaseSync, index: SearchIndex): string[] {
  const { columns = '' } = match(database, SEARCH_TRIGGERS[index], SEARCH_TEXT)
  return columns.replaceAll('"', '').split(', ')
}

/** A query of the `id` and `fault` of each person whose username or email would be refused today. */
export function refusedTextQuery(database: DatabaseSync): string {
  const { value } = match(database, 'User_text_before_insert', TEXT_FAULT)
  const fault = value?.replaceAll('new.', '"User".')
  return `SELECT "id", "fault" FROM (
    SELECT "id", CASE WHEN "username" GLOB '*[^ -~]*' OR "email" GLOB '*[^ -~]*' THEN ${fault} END AS "fault" FROM "User"
  ) WHERE "fault" IS NOT NULL ORDER BY "id"`
}

function foldedText(database: DatabaseSync): { columns: string; values: string } {
  const { columns = '', values = '' } = match(database, 'User_after_insert', FOLDED_TEXT)
  return { columns, values: values.replaceAll('new.', '"User".') }
}

function match(database: DatabaseSync, trigger: string, pattern: RegExp): Record<string, string | undefined> {
  const { sql } = database.prepare(`SELECT "sql" FROM sqlite_schema WHERE "type" = 'trigger' AND "name" = ?`).get(trigger) ?? {}
  const groups = pattern.exec(String(sql))?.groups
  if (groups === undefined) throw new Error(`the trigger ${trigger} has another form than server/database/sqlite/trigger-sql.ts expects`)
  return groups
}
