import 'server-only'
import { Prisma } from '../../prisma/generated/client.ts'
import { database } from './database.ts'
import { isShortWord, searchWords } from './search-words.ts'
import type { Direction } from './user-list-query.ts'
import type { WorkBudget } from './work-budget.ts'

/** How to find a search's people: `all` and `begins` are expressions of SQLite's FTS5, see the migration that made UserSearch. */
export type UserSearch = {
  all: string
  /** Those of them whose username begins with one of the words. */
  begins: string
  /** The same people as `all`, as a condition on "username" and "email"; null where LIKE differs, as it folds the case of ASCII only. */
  condition: Prisma.Sql | null
  /** As `begins`, of those found: one condition for each word, which is a range of "username". Null where `condition` is. */
  beginsConditions: Prisma.Sql[] | null
}

type Scan = { ids: number[]; isComplete: boolean }

const QUICK_MS = 4
const TRIGRAM = 3

export function compileSearch(q: string): UserSearch {
  const words = searchWords(q)
  const all = words.map(matchWord).join(' AND ')
  const isAscii = words.every((word) => /^[!-~]+$/.test(word))
  return {
    all,
    begins: words
      .map((word) => [matchBeginning(word), ...words.filter((other) => other !== word).map(matchWord)].join(' AND '))
      .map((each) => `(${each})`)
      .join(' OR '),
    condition: isAscii ? Prisma.join(words.map(likeWord), ' AND ') : null,
    beginsConditions: isAscii ? words.map(beginsWith) : null,
  }
}

/**
 * Up to `wanted` ids, in order of id, of the people that `expression` finds and the condition `age` admits.
 * Incomplete when there are more, or when the budget was spent before.
 */
export async function scan(
  expression: string,
  { age, dir = 'asc', wanted = Number.MAX_SAFE_INTEGER }: { age: Prisma.Sql | null; dir?: Direction; wanted?: number },
  budget: WorkBudget,
): Promise<Scan> {
  const [bounds] = await database().$queryRaw<{ least: number | null; most: number | null }[]>`
    SELECT (SELECT min("id") FROM "User") AS "least", (SELECT max("id") FROM "User") AS "most"`
  if (bounds?.least == null || bounds.most == null) return { ids: [], isComplete: true }
  const source = age
    ? Prisma.sql`"UserSearch" CROSS JOIN "User" INDEXED BY "User_id_age_idx" ON "id" = "UserSearch"."rowid" AND ${age}`
    : Prisma.sql`"UserSearch"`
  const order = dir === 'asc' ? Prisma.sql`ASC` : Prisma.sql`DESC`
  const ids: number[] = []
  // Where all parts of a word are common, FTS5 reads through all of them even when the word is not there: a stretch of ids at a time.
  let least = Number(bounds.least)
  let most = Number(bounds.most)
  let length = budget.limits.scanned
  while (least <= most) {
    if (budget.isSpent) return { ids, isComplete: false }
    const [from, to] = dir === 'asc' ? [least, Math.min(most, least + length - 1)] : [Math.max(least, most - length + 1), most]
    const { result, milliseconds } = await budget.spend(
      () => database().$queryRaw<{ ids: string }[]>`
      SELECT json_group_array("id") AS "ids" FROM (
        SELECT "UserSearch"."rowid" AS "id" FROM ${source}
        WHERE "UserSearch" MATCH ${expression} AND "UserSearch"."rowid" BETWEEN ${from} AND ${to}
        ORDER BY "UserSearch"."rowid" ${order} LIMIT ${wanted - ids.length}
      )`,
    )
    const found: number[] = JSON.parse(result[0]?.ids ?? '[]')
    for (const id of found) ids.push(id)
    if (dir === 'asc') least = to + 1
    else most = from - 1
    if (ids.length >= wanted) return { ids, isComplete: false }
    length = milliseconds < QUICK_MS ? length * 2 : budget.limits.scanned
  }
  return { ids, isComplete: true }
}

/** The ids, ascending, of those people found whose username or e-mail is `q` as a whole. */
export async function findExact(q: string, { all }: UserSearch, condition: Prisma.Sql | null): Promise<number[]> {
  const [row] = await database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "User" WHERE ("username" = ${q} OR "email" = ${q}) AND ${condition ?? Prisma.sql`TRUE`} ORDER BY "id"
    )`
  const ids: number[] = JSON.parse(row?.ids ?? '[]')
  const isFound = await Promise.all(
    ids.map(async (id) => {
      const rows = await database().$queryRaw<unknown[]>`SELECT 1 FROM "UserSearch" WHERE "UserSearch" MATCH ${all} AND "rowid" = ${id}`
      return rows.length > 0
    }),
  )
  return ids.filter((_, index) => isFound[index])
}

function matchWord(word: string): string {
  if (isShortWord(word)) return `starts : (${matchStart(word, ' ')} OR ${matchStart(word, '\t')})`
  return `{username email} : ${quote(word)}`
}

function matchBeginning(word: string): string {
  if (isShortWord(word)) return `(starts : ${matchStart(word, ' ')})`
  // Few people's "starts" begin so: that spares looking through everybody who has the word elsewhere.
  return `((starts : ${quote(`  ${[...word].slice(0, 2).join('')}`)}) AND (username : ^ ${quote(word)}))`
}

// Three characters, as all that the index holds: two of the space and one letter, or one and two.
function matchStart(word: string, space: string): string {
  return quote(space.repeat(TRIGRAM - [...word].length) + word)
}

function likeWord(word: string): Prisma.Sql {
  const pattern = isShortWord(word) ? `${escapeLike(word)}%` : `%${escapeLike(word)}%`
  return Prisma.sql`("username" LIKE ${pattern} ESCAPE '\\' OR "email" LIKE ${pattern} ESCAPE '\\')`
}

// Whatever follows the word is less than the last character of Unicode.
function beginsWith(word: string): Prisma.Sql {
  return Prisma.sql`("username" >= ${word} AND "username" < ${`${word}\u{10FFFF}`})`
}

function escapeLike(word: string): string {
  return word.replaceAll(/[\\%_]/g, '\\$&')
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
