import 'server-only'
import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import type { SearchWord } from '../search-words.ts'
import { estimateMatches } from './estimate-matches.ts'
import { hasWord, isComparedInside } from './search-conditions.ts'

// To find a word in the index takes about a tenth of the time that comparing the rows takes that have it.
const MANY_TIMES = 10

/**
 * The condition that a person has all `words`. Of several, the index looks for the rare ones: it would read everybody who has the others, so
 * these are compared in the rows.
 */
export async function planWords(words: SearchWord[]): Promise<Prisma.Sql> {
  const conditions = words.map(hasWord)
  const matches = words.length > 1 ? await estimateMatches(conditions) : []
  const rarest = Math.min(...matches)
  const planned = words.map((word, index) => {
    const isCommon = !word.isShort && (matches[index] ?? 0) > MANY_TIMES * rarest
    return isCommon ? isComparedInside(word.folded) : hasWord(word)
  })
  return Prisma.join(planned, ' AND ')
}
