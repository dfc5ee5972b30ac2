import { Prisma } from '../../../../prisma/generated/client.ts'
import { isHidden } from '../../../_site/site.ts'
import { hasParts, PART_SEPARATORS, type Search, type SearchWord } from '../../search-words.ts'

type TextColumn = 'username' | 'email'

/** What a search looks through. Each has an index of its own: hidden emails change nothing, not even what a search costs. */
export type SearchedText = { index: 'UserSearch' | 'UsernameSearch'; columns: TextColumn[] }

/** A question to an index: an expression of SQLite's FTS5, and a condition on the rows that it finds. */
export type IndexQuery = {
  index: SearchedText['index']
  expression: string
  condition: Prisma.Sql | null
  /** Few index pages: one statement may read all of it. */
  isCheap: boolean
}

export type Word = SearchWord & {
  expression: string
  /** What FTS5 reads for this word, as often as it comes: it keeps people by every three characters of their names. */
  trigrams: string[]
  /** The same as a condition on "UserText". */
  condition: Prisma.Sql
}

const TRIGRAM_LENGTH = 3

// Any text that starts with a word sorts before the word and the last character of Unicode.
const LAST_CHARACTER = '\u{10FFFF}'

// "UserText" has folded text, in any but ASCII followed by U+0001 and the text as it is written.
const FOLDED_END = '\u0001'
const AFTER_FOLDED_END = '\u0002'

// White space before what a text in the column "starts" begins with.
const STARTS: Record<TextColumn, string> = { username: ' ', email: '\t' }

/** Usernames and, unless they are hidden, emails. */
export function searchedText(): SearchedText {
  return isHidden('email') ? { index: 'UsernameSearch', columns: ['username'] } : { index: 'UserSearch', columns: ['username', 'email'] }
}

export function compileWords({ words }: Pick<Search, 'words'>, { columns }: SearchedText): Word[] {
  return words.map((word) => ({
    ...word,
    expression: matchWord(word, columns),
    trigrams: listTrigrams(word, columns),
    condition: word.isShort ? startsSomewhere(word, columns) : isInside(word, columns),
  }))
}

/** The condition that a person has all `words`. */
export function conditionOf(words: Word[]): Prisma.Sql {
  return Prisma.join(
    words.map(({ condition }) => condition),
    ' AND ',
  )
}

/** The condition that a text of "UserText" starts with `folded`: a range of its index. */
export function startsWith(column: TextColumn, folded: string): Prisma.Sql {
  const key = Prisma.raw(`"${column}"`)
  return Prisma.sql`(${key} >= ${folded} AND ${key} < ${folded + LAST_CHARACTER})`
}

/** The condition that a text of "UserText" is `folded` as a whole: a range of its index. */
export function isWhole(column: TextColumn, folded: string): Prisma.Sql {
  const key = Prisma.raw(`"${column}"`)
  return Prisma.sql`(${key} >= ${folded} AND ${key} < ${folded + AFTER_FOLDED_END})`
}

/** A text of "UserText" as it is written; one of ASCII is in lower case there. */
export function writtenText(text: string): string {
  return text.slice(text.indexOf(FOLDED_END) + 1)
}

/** `text` as a string of FTS5, in which no character is an operator. */
export function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}

function listTrigrams({ folded, isShort }: SearchWord, columns: TextColumn[]): string[] {
  if (isShort) return columns.map((column) => padStart(folded, STARTS[column]))
  const characters = [...folded]
  return characters.slice(TRIGRAM_LENGTH - 1).map((_, start) => characters.slice(start, start + TRIGRAM_LENGTH).join(''))
}

function matchWord({ folded, isShort }: SearchWord, columns: TextColumn[]): string {
  if (isShort) return `starts : (${columns.map((column) => quote(padStart(folded, STARTS[column]))).join(' OR ')})`
  // Never matches "starts", where any three characters include white space.
  return quote(folded)
}

// A short word becomes a trigram of "starts": white space, then one or two characters.
function padStart(word: string, space: string): string {
  return space.repeat(TRIGRAM_LENGTH - [...word].length) + word
}

function isInside({ folded }: SearchWord, columns: TextColumn[]): Prisma.Sql {
  return Prisma.sql`(${joinOr(columns.map((column) => Prisma.sql`instr(${Prisma.raw(`"${column}"`)}, ${folded})`))})`
}

function startsSomewhere({ folded }: SearchWord, columns: TextColumn[]): Prisma.Sql {
  const starts = joinOr(columns.map((column) => startsWith(column, folded)))
  if (hasParts(folded)) return Prisma.sql`(${starts})`
  // Before GLOB, which takes longer: most names do not have the word at all.
  return Prisma.sql`(${starts} OR instr("username", ${folded}) AND "username" GLOB ${`*[${PART_SEPARATORS}]${folded.replaceAll(/[*?[]/g, '[$&]')}*`})`
}

function joinOr(conditions: Prisma.Sql[]): Prisma.Sql {
  return Prisma.join(conditions, ' OR ')
}
