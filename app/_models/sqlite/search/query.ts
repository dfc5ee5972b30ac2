import { Prisma } from '../../../../prisma/generated/client.ts'
import { hasParts, isShortWord, PART_SEPARATORS, searchWords } from '../../search-words.ts'

/** A question to "UserSearch": an expression of SQLite's FTS5, and a condition on the rows that it finds. */
export type IndexQuery = {
  expression: string
  condition: Prisma.Sql | null
  /** Few index pages: one statement may read all of it. */
  isCheap: boolean
}

export type Word = {
  expression: string
  /** What FTS5 reads for this word: it keeps people by every three characters of their names. */
  trigrams: string[]
  /** The same as a condition on "User": LIKE, which folds the case of ASCII only, else the index, asked about each row. */
  condition: Prisma.Sql
  isAscii: boolean
  /** A word of one or two letters: matches only where a username, a part of one, or an email starts. */
  isShort: boolean
}

export type SearchQuery = {
  words: Word[]
  /** The matches whose username starts with one of the words. */
  prefixQuery: IndexQuery
  /** All matches, as a condition on "username" and "email" alone; null where a word is not ASCII. */
  condition: Prisma.Sql | null
  /** For each word the usernames that start with it, as a range; null where a word is not ASCII. */
  prefixRanges: Prisma.Sql[] | null
}

const TRIGRAM_LENGTH = 3
const FIRST_LETTER = new RegExp(`(?<=^|[${PART_SEPARATORS}])\\p{L}`, 'gu')

/** Turns the text of a search into FTS5 expressions and conditions in SQL. */
export function compileSearch(q: string): SearchQuery {
  const texts = [...new Set(searchWords(q.normalize()))]
  const words = texts.map(compileWord)
  const isAscii = words.every((word) => word.isAscii)
  return {
    words,
    prefixQuery: {
      expression: texts.flatMap(listSpellings).map(matchPrefix).join(' OR '),
      condition: words.length > 1 ? conditionOf(words) : null,
      isCheap: false,
    },
    condition: isAscii ? conditionOf(words) : null,
    prefixRanges: isAscii ? texts.map(startsWith) : null,
  }
}

/** The condition that the username or email is `q` as a whole. SQLite ignores the case of ASCII letters, these spellings cover others. */
export function isExactly(q: string): Prisma.Sql {
  const lower = q.toLowerCase()
  const cases = [q, lower, q.toUpperCase(), lower.replaceAll(FIRST_LETTER, (letter) => letter.toUpperCase())]
  const spellings = Prisma.join([...new Set(cases.flatMap((text) => [text.normalize(), text.normalize('NFD')]))])
  return Prisma.sql`("username" IN (${spellings}) OR "email" IN (${spellings}))`
}

/** The condition that a person has all `words`. */
export function conditionOf(words: Word[]): Prisma.Sql {
  return Prisma.join(
    words.map(({ condition }) => condition),
    ' AND ',
  )
}

/** `text` as a string of FTS5, in which no character is an operator. */
export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function compileWord(word: string): Word {
  const spellings = listSpellings(word)
  const expression = anyOf(spellings.map(matchWord))
  const isAscii = /^[!-~]+$/.test(word)
  const condition = isAscii ? likeWord(word) : isIndexed(expression)
  return { expression, trigrams: spellings.flatMap(listTrigrams), condition, isAscii, isShort: isShortWord(word) }
}

// A name may have its accents as characters of their own, as macOS writes them: other letters to SQLite.
function listSpellings(word: string): string[] {
  const decomposed = word.normalize('NFD')
  return decomposed === word || isShortWord(word) !== isShortWord(decomposed) ? [word] : [word, decomposed]
}

function anyOf(expressions: string[]): string {
  return expressions.length > 1 ? `(${expressions.join(' OR ')})` : expressions.join('')
}

function isIndexed(expression: string): Prisma.Sql {
  return Prisma.sql`EXISTS (SELECT 1 FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} AND "rowid" = "User"."id")`
}

function listTrigrams(word: string): string[] {
  if (isShortWord(word)) return [padStart(word, ' '), padStart(word, '\t')]
  const characters = [...word]
  return characters.slice(TRIGRAM_LENGTH - 1).map((_, start) => characters.slice(start, start + TRIGRAM_LENGTH).join(''))
}

function matchWord(word: string): string {
  if (isShortWord(word)) return `starts : (${quote(padStart(word, ' '))} OR ${quote(padStart(word, '\t'))})`
  // Never matches "starts", where any three characters include white space.
  return quote(word)
}

function matchPrefix(word: string): string {
  const start = `(starts : ^ ${quote(`  ${[...word].slice(0, 2).join('')}`)})`
  // Few people's "starts" match: FTS5 need not look through everybody who has the word elsewhere.
  return isShortWord(word) ? start : `(${start} AND (username : ^ ${quote(word)}))`
}

// A short word becomes a trigram of "starts": white space, then one or two letters.
function padStart(word: string, space: string): string {
  return space.repeat(TRIGRAM_LENGTH - [...word].length) + word
}

function likeWord(word: string): Prisma.Sql {
  const plain = word.replaceAll(/[\\%_]/g, '\\$&')
  const pattern = isShortWord(word) ? `${plain}%` : `%${plain}%`
  const part = isShortWord(word) && !hasParts(word) ? Prisma.sql`OR "username" GLOB ${globPart(word)}` : Prisma.empty
  return Prisma.sql`("username" LIKE ${pattern} ESCAPE '\\' OR "email" LIKE ${pattern} ESCAPE '\\' ${part})`
}

// GLOB has sets of characters, which LIKE has not, but is case-sensitive.
function globPart(word: string): string {
  const sets = word.replaceAll(
    /[a-z*?[]/gi,
    (character) => `[${[...new Set([character.toLowerCase(), character.toUpperCase()])].join('')}]`,
  )
  return `*[${PART_SEPARATORS}]${sets}*`
}

// Any text that starts with the word sorts before the word and the last character of Unicode.
function startsWith(word: string): Prisma.Sql {
  return Prisma.sql`("username" >= ${word} AND "username" < ${`${word}\u{10FFFF}`})`
}
