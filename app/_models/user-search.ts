import 'server-only'
import { Prisma } from '../../prisma/generated/client.ts'
import { database } from './database.ts'
import { readIndexPages } from './index-pages.ts'
import type { ListLimits } from './list-limits.ts'
import { hasParts, isShortWord, PART_SEPARATORS, searchWords } from './search-words.ts'
import type { Direction } from './user-list-query.ts'
import type { WorkBudget } from './work-budget.ts'

/** What finds people: an expression of SQLite's FTS5, see the migration that made UserSearch, and a condition on the rows that it finds. */
export type Finding = {
  expression: string
  condition: Prisma.Sql | null
  /** The index can be asked for all of them at once: it has few pages to read. */
  isShort: boolean
}

type Word = {
  expression: string
  /** What the index keeps people by, and has to read for this word. */
  trigrams: string[]
  /** The same people as a condition on "User": LIKE, which folds the case of ASCII only, or the index, asked about each of them. */
  condition: Prisma.Sql
  isAscii: boolean
  isBeginning: boolean
}

export type UserSearch = {
  words: Word[]
  /** Those found whose username begins with one of the words. */
  begins: Finding
  /** The people found, as a condition on "username" and "email" alone; null where a word is not ASCII. */
  condition: Prisma.Sql | null
  /** As `begins`, of those found: one condition for each word, which is a range of "username". Null where `condition` is. */
  beginsRanges: Prisma.Sql[] | null
}

/** How the index looks for a word, and how many of its pages it reads for that. */
type Lookup = {
  word: Word
  expression: string
  pages: number
  /** Those of the word's rarest trigram. */
  rarest: number
  /** Whether all whom it finds have the word. */
  isWhole: boolean
}

type Scan = { ids: number[]; isComplete: boolean }

const QUICK_MS = 4
const TRIGRAM = 3
// So many together are in hardly anybody who has not the word.
const RARE_TRIGRAMS = 4
const EVERYBODY = Prisma.sql`TRUE`
const FIRST_LETTER = new RegExp(`(?<=^|[${PART_SEPARATORS}])\\p{L}`, 'gu')

export function compileSearch(q: string): UserSearch {
  const texts = [...new Set(searchWords(q.normalize()))]
  const words = texts.map((word) => {
    const spellings = spell(word)
    const expression = anyOf(spellings.map(matchWord))
    const isAscii = /^[!-~]+$/.test(word)
    const condition = isAscii ? likeWord(word) : isIndexed(expression)
    return { expression, trigrams: spellings.flatMap(listTrigrams), condition, isAscii, isBeginning: isShortWord(word) }
  })
  const isAscii = words.every((word) => word.isAscii)
  return {
    words,
    begins: {
      expression: texts.flatMap(spell).map(matchBeginning).join(' OR '),
      condition: words.length > 1 ? conditionOf(words) : null,
      isShort: false,
    },
    condition: isAscii ? conditionOf(words) : null,
    beginsRanges: isAscii ? texts.map(beginsWith) : null,
  }
}

/**
 * What finds those who have all words. The index looks for as many of the rarest as it reads quickly, and the rows found tell about the
 * others: it would read through all parts of all words at once to find nobody, where each is common and no two are together, and
 * nothing can stop it.
 */
export async function chooseFinding(words: Word[], limits: ListLimits): Promise<Finding> {
  const pages = await readIndexPages(words.flatMap(({ trigrams }) => trigrams))
  const lookups = words.map((word) => chooseLookup(word, pages.splice(0, word.trigrams.length), limits)).sort((a, b) => a.rarest - b.rarest)
  const [first, ...others] = lookups
  let read = 0
  const short = lookups.filter((lookup) => {
    read += lookup.pages
    return read <= limits.pages
  })
  // Two lists of beginnings are quickly compared, and to ask the index for each row of any other word but an ASCII one is slow.
  const second = others.find(({ word }) => !word.isAscii || (word.isBeginning && first?.word.isBeginning))
  const isShort = short.length > 0
  const indexed = isShort ? short : [first, second].filter((lookup) => lookup !== undefined)
  const found = indexed.filter(({ isWhole }) => isWhole).map(({ word }) => word)
  const rest = words.filter((word) => !found.includes(word))
  return {
    expression: indexed.map(({ expression }) => expression).join(' AND '),
    condition: rest.length > 0 ? conditionOf(rest) : null,
    isShort,
  }
}

// An e-mail as a whole is a rare name and "@example.com": the index would read through what everybody has for the sake of one.
function chooseLookup(word: Word, pages: number[], { wholePages, rarePages }: ListLimits): Lookup {
  const whole = pages.reduce((sum, each) => sum + each, 0)
  const rarest = Math.min(...pages)
  const rare = word.trigrams
    .map((trigram, place) => ({ trigram, pages: pages[place] ?? 0 }))
    .filter((each) => each.pages <= rarePages)
    .sort((a, b) => a.pages - b.pages)
    .slice(0, RARE_TRIGRAMS)
  if (whole <= wholePages || rare.length === 0 || word.isBeginning || !word.isAscii)
    return { word, expression: word.expression, pages: whole, rarest, isWhole: true }
  const expression = rare.map(({ trigram }) => quote(trigram)).join(' AND ')
  return { word, expression, pages: rare.reduce((sum, each) => sum + each.pages, 0), rarest, isWhole: false }
}

/** The ids, ascending, of all people whom `expression`, which is that of a short finding, finds. */
export async function findAll(expression: string, budget: WorkBudget): Promise<number[]> {
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "rowid" AS "id" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ORDER BY "rowid"
    )`,
  )
  return JSON.parse(result[0]?.ids ?? '[]')
}

/**
 * Up to `wanted` ids, in order of id, of the people that are found and that the condition `age` admits.
 * Incomplete when there are more, or when the budget was spent before.
 */
export async function scan(
  { expression, condition, isShort }: Finding,
  { age, dir = 'asc', wanted = Number.POSITIVE_INFINITY }: { age: Prisma.Sql | null; dir?: Direction; wanted?: number },
  budget: WorkBudget,
): Promise<Scan> {
  const index = condition ? Prisma.empty : Prisma.sql`INDEXED BY "User_id_age_idx"`
  const people = condition || age ? Prisma.sql`CROSS JOIN "User" ${index} ON "User"."id" = "found"` : Prisma.empty
  const [order, furthest] = dir === 'asc' ? [Prisma.sql`ASC`, Prisma.sql`max`] : [Prisma.sql`DESC`, Prisma.sql`min`]
  const ids: number[] = []
  let rest = Prisma.empty
  // Where nobody is looked up, a short index tells it all at once.
  let length = isShort && people === Prisma.empty ? wanted : budget.limits.scanned
  while (ids.length < wanted) {
    if (budget.isSpent) return { ids, isComplete: false }
    const asked = condition || age ? length : Math.min(length, wanted - ids.length)
    const { result, milliseconds } = await budget.spend(
      () => database().$queryRaw<{ ids: string; last: number | bigint | null; people: number | bigint }[]>`
      SELECT json_group_array("found") FILTER (WHERE ${age ?? EVERYBODY} AND ${condition ?? EVERYBODY}) AS "ids",
        ${furthest}("found") AS "last", count(*) AS "people"
      FROM (
        SELECT "rowid" AS "found" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ${rest} ORDER BY "rowid" ${order} LIMIT ${asked}
      ) ${people}`,
    )
    const found: number[] = JSON.parse(result[0]?.ids ?? '[]')
    for (const id of found) ids.push(id)
    if (Number(result[0]?.people) < asked) return { ids: ids.slice(0, wanted), isComplete: ids.length < wanted }
    // FTS5 ignores a bound that is not an integer, and the adapter passes numbers as REAL.
    const last = BigInt(result[0]?.last ?? 0)
    rest = dir === 'asc' ? Prisma.sql`AND "rowid" >= ${last + 1n}` : Prisma.sql`AND "rowid" <= ${last - 1n}`
    if (milliseconds < QUICK_MS) length *= 2
  }
  return { ids: ids.slice(0, wanted), isComplete: false }
}

/** The ids, ascending, of those people found whose username or e-mail is `q` as a whole. */
export async function findExact(q: string, { words }: UserSearch, age: Prisma.Sql | null): Promise<number[]> {
  const [row] = await database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "User" WHERE ${isExactly(q)} AND ${age ?? EVERYBODY} AND ${conditionOf(words)} ORDER BY "id"
    )`
  return JSON.parse(row?.ids ?? '[]')
}

/** Whose username or e-mail is `q` as a whole, as a condition. SQLite compares both without the case of ASCII letters. */
export function isExactly(q: string): Prisma.Sql {
  const small = q.toLowerCase()
  const cases = [q, small, q.toUpperCase(), small.replaceAll(FIRST_LETTER, (letter) => letter.toUpperCase())]
  const spellings = Prisma.join([...new Set(cases.flatMap((text) => [text.normalize(), text.normalize('NFD')]))])
  return Prisma.sql`("username" IN (${spellings}) OR "email" IN (${spellings}))`
}

// Accents are in names as their own characters, too, as macOS has them: those are other letters to SQLite.
function spell(word: string): string[] {
  const apart = word.normalize('NFD')
  return apart === word || isShortWord(word) !== isShortWord(apart) ? [word] : [word, apart]
}

function anyOf(expressions: string[]): string {
  return expressions.length > 1 ? `(${expressions.join(' OR ')})` : expressions.join('')
}

function conditionOf(words: Word[]): Prisma.Sql {
  return Prisma.join(
    words.map(({ condition }) => condition),
    ' AND ',
  )
}

function isIndexed(expression: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} AND "rowid" = "User"."id")`
}

function listTrigrams(word: string): string[] {
  if (isShortWord(word)) return [padStart(word, ' '), padStart(word, '\t')]
  const characters = [...word]
  return characters.slice(TRIGRAM - 1).map((_, start) => characters.slice(start, start + TRIGRAM).join(''))
}

function matchWord(word: string): string {
  if (isShortWord(word)) return `starts : (${quote(padStart(word, ' '))} OR ${quote(padStart(word, '\t'))})`
  // Nothing of "starts": three characters in a row there have white space among them.
  return quote(word)
}

function matchBeginning(word: string): string {
  const start = `(starts : ^ ${quote(`  ${[...word].slice(0, 2).join('')}`)})`
  // Few people's "starts" begin so: that spares looking through everybody who has the word elsewhere.
  return isShortWord(word) ? start : `(${start} AND (username : ^ ${quote(word)}))`
}

// Three characters, as all that the index holds: two of the space and one letter, or one and two.
function padStart(word: string, space: string): string {
  return space.repeat(TRIGRAM - [...word].length) + word
}

function likeWord(word: string): Prisma.Sql {
  if (isShortWord(word)) {
    const beginning = `${globWord(word)}*`
    const part = hasParts(word) ? Prisma.empty : Prisma.sql`OR "username" GLOB ${`*[${PART_SEPARATORS}]${beginning}`}`
    return Prisma.sql`("username" GLOB ${beginning} OR "email" GLOB ${beginning} ${part})`
  }
  const pattern = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`
  return Prisma.sql`("username" LIKE ${pattern} ESCAPE '\\' OR "email" LIKE ${pattern} ESCAPE '\\')`
}

// Unlike LIKE it has sets of characters, and minds letter case.
function globWord(word: string): string {
  return word.replaceAll(/[a-z*?[]/gi, (character) => `[${[...new Set([character.toLowerCase(), character.toUpperCase()])].join('')}]`)
}

// Whatever follows the word is less than the last character of Unicode.
function beginsWith(word: string): Prisma.Sql {
  return Prisma.sql`("username" >= ${word} AND "username" < ${`${word}\u{10FFFF}`})`
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
