import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import { isHidden } from '../../_site/site.ts'
import { hasParts, PART_SEPARATORS, type SearchWord } from '../search-words.ts'

// As the index "User_search_idx" has it. No word has the tab.
const NAMES = Prisma.sql`("usernameKey" || E'\\t' || "emailKey")`
// As the index "User_username_search_idx" has it: hidden emails change nothing, not even what a search costs.
const USERNAME = Prisma.sql`"usernameKey"`

// Any text that starts with a word sorts before the word and the last character of Unicode.
const LAST_CHARACTER = '\u{10FFFF}'

// Keys are folded text, in any but ASCII followed by U+0001 and the text as it is written.
const AFTER_FOLDED_END = '\u0002'

const TRIGRAM_LENGTH = 3

type KeyColumn = 'usernameKey' | 'emailKey'

/** What a search looks through: usernames and, unless they are hidden, emails. */
type SearchedText = { text: Prisma.Sql; columns: KeyColumn[] }

/** The columns that conditions of a search are about. */
export function keyColumns(): Prisma.Sql {
  return Prisma.raw(
    searchedText()
      .columns.map((column) => `"${column}"`)
      .join(', '),
  )
}

/** The condition that a person has all `words`. */
export function hasWords(words: SearchWord[]): Prisma.Sql {
  return Prisma.join(words.map(hasWord), ' AND ')
}

/** The condition that a person has `word`. */
export function hasWord({ folded, isShort }: SearchWord): Prisma.Sql {
  const searched = searchedText()
  if (isShort) return startsSomewhere(folded, searched)
  // Of an email, the index looks for what is before the @: many have the rest.
  const [local = ''] = folded.split('@')
  return local === folded || local.length < TRIGRAM_LENGTH
    ? isInside(searched.text, folded)
    : Prisma.sql`(${isInside(searched.text, local)} AND ${isComparedInside(folded)})`
}

/** The condition that `folded` is somewhere inside, for which no index is read. */
export function isComparedInside(folded: string): Prisma.Sql {
  return Prisma.sql`strpos(${searchedText().text}, ${folded}) > 0`
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

/** The condition that a key is `folded` as a whole: a range of its index. */
export function isWhole(folded: string): Prisma.Sql {
  const ranges = searchedText().columns.map((column) => {
    const key = Prisma.raw(`"${column}"`)
    return Prisma.sql`(${key} >= ${folded} AND ${key} < ${folded + AFTER_FOLDED_END})`
  })
  return Prisma.sql`(${Prisma.join(ranges, ' OR ')})`
}

function searchedText(): SearchedText {
  return isHidden('email') ? { text: USERNAME, columns: ['usernameKey'] } : { text: NAMES, columns: ['usernameKey', 'emailKey'] }
}

function isInside(text: Prisma.Sql, part: string): Prisma.Sql {
  return Prisma.sql`${text} LIKE ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`}`
}

function startsSomewhere(folded: string, { columns }: SearchedText): Prisma.Sql {
  const starts = Prisma.join(
    columns.map((column) => startsWith(column, folded)),
    ' OR ',
  )
  if (hasParts(folded)) return Prisma.sql`(${starts})`
  const part = `[${PART_SEPARATORS}]${folded.replaceAll(/[^\p{L}\p{N}]/gu, '\\$&')}`
  // First what takes least: most usernames do not have the word at all.
  return Prisma.sql`(${starts} OR (strpos("usernameKey", ${folded}) > 0 AND "usernameKey" ~ ${part}))`
}
