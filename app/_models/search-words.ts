export const MAX_WORDS = 10
const SHORT_WORD_LENGTH = 2

/** The characters between the parts of a username. The triggers that fill "UserSearch" use the same ones. */
export const PART_SEPARATORS = ' ._-'

/** What a character is searched for as: see sqlite/folding.ts. */
export type FoldCharacter = (character: string) => string

export type SearchWord = {
  /** As it was typed. */
  text: string
  folded: string
  /** One or two folded characters: it matches only where a username, a part of one, or an email begins. */
  isShort: boolean
}

/** What is searched for, and how names have to be folded to compare them with it. */
export type Search = { words: SearchWord[]; foldCharacter: FoldCharacter }

/** The words of a search. A person must have all of them. */
export function searchWords(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
}

/** The words of `q` that differ once they are folded. A word of nothing but marks and invisible characters is none. */
export function foldWords(q: string, foldCharacter: FoldCharacter): SearchWord[] {
  const words = new Map<string, SearchWord>()
  for (const text of searchWords(q)) {
    const folded = foldText(text, foldCharacter).trim()
    if (folded !== '' && !words.has(folded)) words.set(folded, { text, folded, isShort: [...folded].length <= SHORT_WORD_LENGTH })
  }
  return [...words.values()]
}

export function foldText(text: string, foldCharacter: FoldCharacter): string {
  return Array.from(text, foldCharacter).join('')
}

/** Whether `text`, a word or a username, has more than one part. */
export function hasParts(text: string): boolean {
  return [...PART_SEPARATORS].some((separator) => text.includes(separator))
}
