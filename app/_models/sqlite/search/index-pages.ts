import 'server-only'
import { database } from '../database.ts'

/**
 * How many pages of 4 kB the index keeps for each of `trigrams`, which says how long FTS5 takes to read through it: 50 µs a page at most.
 * FTS5 itself could tell only by reading. `UserSearch_idx` has the first term of each page that a term begins in, and in all bits but
 * the lowest the number of that page (SQLite's ext/fts5/fts5_index.c).
 */
export async function readIndexPages(trigrams: string[]): Promise<number[]> {
  // FTS5 folds case as Unicode 6 does, which is the same for all letters that many have.
  const terms = trigrams.map((trigram) => `0${trigram.toLowerCase()}`)
  const [row] = await database().$queryRaw<{ pages: string }[]>`
    WITH RECURSIVE "Segment" ("id") AS (
      SELECT min("segid") FROM "UserSearch_idx"
      UNION ALL
      SELECT (SELECT min("segid") FROM "UserSearch_idx" WHERE "segid" > "Segment"."id") FROM "Segment" WHERE "Segment"."id" IS NOT NULL
    ),
    "Term" ("place", "term") AS (SELECT "key", CAST("value" AS BLOB) FROM json_each(${JSON.stringify(terms)}))
    SELECT json_group_array("pages") AS "pages" FROM (
      SELECT ifnull((
        SELECT sum(
          ifnull(
            (SELECT "pgno" / 2 FROM "UserSearch_idx" WHERE "segid" = "Segment"."id" AND "term" > "Term"."term" ORDER BY "term" LIMIT 1),
            (SELECT "pgno" / 2 + 1 FROM "UserSearch_idx" WHERE "segid" = "Segment"."id" ORDER BY "term" DESC LIMIT 1)
          ) - (SELECT "pgno" / 2 FROM "UserSearch_idx" WHERE "segid" = "Segment"."id" AND "term" <= "Term"."term" ORDER BY "term" DESC LIMIT 1)
        ) FROM "Segment" WHERE "Segment"."id" IS NOT NULL
      ), 0) AS "pages" FROM "Term" ORDER BY "place"
    )`
  return JSON.parse(row?.pages ?? '[]')
}
