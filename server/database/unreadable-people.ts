import { isUtf8 } from 'node:buffer'
import type { DatabaseSync } from 'node:sqlite'

const PEOPLE_AT_ONCE = 5_000

/**
 * The ids of those whose username or email is not valid UTF-8: written before the database refused that, or damaged since. Many are looked
 * at as one text: a text that is broken off is not valid in front of the next one either.
 */
export function findUnreadablePeople(database: DatabaseSync): number[] {
  const next = database.prepare(`
    SELECT max("id") AS "last", CAST(group_concat("username" || char(10) || "email", char(10)) AS BLOB) AS "texts"
    FROM (SELECT "id", "username", "email" FROM "User" WHERE "id" > ? ORDER BY "id" LIMIT ${PEOPLE_AT_ONCE})`)
  const each = database.prepare(`
    SELECT "id", CAST("username" || char(10) || "email" AS BLOB) AS "texts" FROM "User" WHERE "id" > ? AND "id" <= ? ORDER BY "id"`)
  const ids: number[] = []
  let last = Number.MIN_SAFE_INTEGER
  for (;;) {
    const some = next.get(last)
    if (some === undefined || some.last === null) return ids
    if (!isReadable(some.texts))
      for (const { id, texts } of each.iterate(last, Number(some.last))) if (!isReadable(texts)) ids.push(Number(id))
    last = Number(some.last)
  }
}

function isReadable(text: unknown): boolean {
  return text instanceof Uint8Array && isUtf8(text)
}
