export const MAX_WORDS = 10
const SHORT_WORD_LENGTH = 2

/** The characters between the parts of a username. The triggers that fill "UserSearch" use the same ones. */
export const PART_SEPARATORS = ' ._-'

/** The words of a search. A person must have all of them. */
export function searchWords(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
}

/** Whether `word` has one or two letters: it matches only where a username, a part of one, or an email starts. */
export function isShortWord(word: string): boolean {
  return [...word].length <= SHORT_WORD_LENGTH
}

/** Whether `text`, a word or a username, has more than one part. */
export function hasParts(text: string): boolean {
  return [...PART_SEPARATORS].some((separator) => text.includes(separator))
}
