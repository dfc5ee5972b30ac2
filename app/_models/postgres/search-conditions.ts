import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { hasParts, PART_SEPARATORS, type SearchWord } from '../search-words.ts'

// As the index "User_search_idx" has it.
const NAMES = Prisma.sql`("usernameKey" || E'\\t' || "emailKey")`

// Any text that starts with a word sorts before the word and the last character of Unicode.
const LAST_CHARACTER = '\u{10FFFF}'

// Keys are folded text, in any but ASCII followed by U+0001 and the text as it is written.
const AFTER_FOLDED_END = '\u0002'

const TRIGRAM_LENGTH = 3

type KeyColumn = 'usernameKey' | 'emailKey'

/** The condition that a person has all `words`. */
export function hasWords(words: SearchWord[]): Prisma.Sql {
  return Prisma.join(words.map(hasWord), ' AND ')
}

/** The condition that a username starts with one of `words`. */
export function startsWithAny(words: SearchWord[]): Prisma.Sql {
  const ranges = words.map(({ folded }) => startsWith('usernameKey', folded))
  return Prisma.sql`(${Prisma.join(ranges, ' OR ')})`
}

/** The condition that a key starts with `folded`: a range of its index. */
function startsWith(column: KeyColumn, folded: string): Prisma.Sql {
  const key = Prisma.raw(`"${column}"`)
  return Prisma.sql`(${key} >= ${folded} AND ${key} < ${folded + LAST_CHARACTER})`
}

/** The condition that the text of a key is `folded` as a whole: a range of its index. */
export function isWhole(column: KeyColumn, folded: string): Prisma.Sql {
  const key = Prisma.raw(`"${column}"`)
  return Prisma.sql`(${key} >= ${folded} AND ${key} < ${folded + AFTER_FOLDED_END})`
}

function hasWord({ folded, isShort }: SearchWord): Prisma.Sql {
  if (isShort) return startsSomewhere(folded)
  // Of an email, the index looks for what is before the @: many have the rest.
  const [local = ''] = folded.split('@')
  return local === folded || local.length < TRIGRAM_LENGTH
    ? isInNames(folded)
    : Prisma.sql`(${isInNames(local)} AND strpos("usernameKey" || ' ' || "emailKey", ${folded}) > 0)`
}

function isInNames(text: string): Prisma.Sql {
  return Prisma.sql`${NAMES} LIKE ${`%${text.replaceAll(/[\\%_]/g, '\\$&')}%`}`
}

function startsSomewhere(folded: string): Prisma.Sql {
  const starts = Prisma.sql`${startsWith('usernameKey', folded)} OR ${startsWith('emailKey', folded)}`
  if (hasParts(folded)) return Prisma.sql`(${starts})`
  const part = `[${PART_SEPARATORS}]${folded.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&')}`
  // By the index, which has the email, too. First what takes least: most usernames do not have the word at all.
  return Prisma.sql`(${starts} OR (strpos("usernameKey", ${folded}) > 0 AND "usernameKey" ~ ${part} AND ${NAMES} ~ ${part}))`
}
