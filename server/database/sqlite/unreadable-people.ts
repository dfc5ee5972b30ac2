import { isUtf8 } from 'node:buffer'
import type { DatabaseSync } from 'node:sqlite'

const PEOPLE_PER_TEXT = 5_000

/**
 * The ids of people whose username or email is not valid UTF-8: written before a constraint forbade it, or damaged since. It checks many
 * as one text: a truncated character is invalid in front of the next text, too.
 */
export function findUnreadablePeople(database: DatabaseSync): number[] {
  const next = database.prepare(`
    SELECT max("id") AS "last", CAST(group_concat("username" || char(10) || "email", char(10)) AS BLOB) AS "texts"
    FROM (SELECT "id", "username", "email" FROM "User" WHERE "id" > ? ORDER BY "id" LIMIT ${PEOPLE_PER_TEXT})`)
  const each = database.prepare(`
    SELECT "id", CAST("username" || char(10) || "email" AS BLOB) AS "texts" FROM "User" WHERE "id" > ? AND "id" <= ? ORDER BY "id"`)
  const ids: number[] = []
  let last = Number.MIN_SAFE_INTEGER
  for (;;) {
    const batch = next.get(last)
    if (batch === undefined || batch.last === null) return ids
    if (!isReadable(batch.texts))
      for (const { id, texts } of each.iterate(last, Number(batch.last))) if (!isReadable(texts)) ids.push(Number(id))
    last = Number(batch.last)
  }
}

function isReadable(text: unknown): boolean {
  return text instanceof Uint8Array && isUtf8(text)
}
