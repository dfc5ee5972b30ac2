export const MAX_WORDS = 10
const SHORT_WORD_LENGTH = 2

/** What stands between the parts of a username. The triggers that fill "UserSearch" know the same characters. */
export const PART_SEPARATORS = ' ._-'

/** The words of a search, of which a person must have every one. */
export function searchWords(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
}

/** Whether `word` has only one or two letters: such a word is looked for where a username, a part of one, or an e-mail begins. */
export function isShortWord(word: string): boolean {
  return [...word].length <= SHORT_WORD_LENGTH
}

/** Whether `text`, a word or a username, consists of more than one part. */
export function hasParts(text: string): boolean {
  return [...PART_SEPARATORS].some((separator) => text.includes(separator))
}
