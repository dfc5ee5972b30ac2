import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { database } from '../database.ts'
import type { SearchedText } from './query.ts'

/**
 * The number of 4 kB pages that `index` keeps for each of `trigrams`, of folded text: FTS5 takes up to 50 µs to read one.
 * FTS5 itself knows only after reading. Its table "…_idx" has the first term of each page in which a term starts, and in all bits but the
 * lowest the number of that page (ext/fts5/fts5_index.c of SQLite). Raw SQL: no table of Prisma's schema.
 */
export async function readIndexPages(index: SearchedText['index'], trigrams: string[]): Promise<number[]> {
  const pages = Prisma.raw(`"${index}_idx"`)
  const terms = trigrams.map((trigram) => `0${trigram}`)
  const [row] = await database().$queryRaw<{ pages: string }[]>`
    WITH RECURSIVE "Segment" ("id") AS (
      SELECT min("segid") FROM ${pages}
      UNION ALL
      SELECT (SELECT min("segid") FROM ${pages} WHERE "segid" > "Segment"."id") FROM "Segment" WHERE "Segment"."id" IS NOT NULL
    ),
    "Term" ("position", "term") AS (SELECT "key", CAST("value" AS BLOB) FROM json_each(${JSON.stringify(terms)}))
    SELECT json_group_array("pages") AS "pages" FROM (
      SELECT ifnull((
        SELECT sum(
          ifnull(
            (SELECT "pgno" / 2 FROM ${pages} WHERE "segid" = "Segment"."id" AND "term" > "Term"."term" ORDER BY "term" LIMIT 1),
            (SELECT "pgno" / 2 + 1 FROM ${pages} WHERE "segid" = "Segment"."id" ORDER BY "term" DESC LIMIT 1)
          ) - (SELECT "pgno" / 2 FROM ${pages} WHERE "segid" = "Segment"."id" AND "term" <= "Term"."term" ORDER BY "term" DESC LIMIT 1)
        ) FROM "Segment" WHERE "Segment"."id" IS NOT NULL
      ), 0) AS "pages" FROM "Term" ORDER BY "position"
    )`
  return JSON.parse(row?.pages ?? '[]')
}
