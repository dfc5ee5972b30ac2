import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { hasParts, isShortWord, PART_SEPARATORS, searchWords } from '../../search-words.ts'
import { EVERYBODY } from '../ages.ts'
import { database } from '../database.ts'
import type { WorkBudget } from '../work-budget.ts'

/** What finds people: an expression of SQLite's FTS5, see the migration that made UserSearch, and a condition on the rows that it finds. */
export type Finding = {
  expression: string
  condition: Prisma.Sql | null
  /** The index can be asked for all of them at once: it has few pages to read. */
  isShort: boolean
}

export type Word = {
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

const TRIGRAM = 3
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

/** The ids, ascending, of those people found whose username or e-mail is `q` as a whole. */
export async function findExact(q: string, { words }: UserSearch, age: Prisma.Sql | null, budget: WorkBudget): Promise<number[]> {
  const [row] = await budget.run(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "id" FROM "User" WHERE ${isExactly(q)} AND ${age ?? EVERYBODY} AND ${conditionOf(words)} ORDER BY "id"
    )`,
  )
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

export function conditionOf(words: Word[]): Prisma.Sql {
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
  const plain = word.replaceAll(/[\\%_]/g, '\\$&')
  const pattern = isShortWord(word) ? `${plain}%` : `%${plain}%`
  const part = isShortWord(word) && !hasParts(word) ? Prisma.sql`OR "username" GLOB ${globPart(word)}` : Prisma.empty
  return Prisma.sql`("username" LIKE ${pattern} ESCAPE '\\' OR "email" LIKE ${pattern} ESCAPE '\\' ${part})`
}

// Unlike LIKE, GLOB has sets of characters, and minds letter case.
function globPart(word: string): string {
  const sets = word.replaceAll(
    /[a-z*?[]/gi,
    (character) => `[${[...new Set([character.toLowerCase(), character.toUpperCase()])].join('')}]`,
  )
  return `*[${PART_SEPARATORS}]${sets}*`
}

// Whatever follows the word is less than the last character of Unicode.
function beginsWith(word: string): Prisma.Sql {
  return Prisma.sql`("username" >= ${word} AND "username" < ${`${word}\u{10FFFF}`})`
}

export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
