export const MAX_WORDS = 10
const SHORT_WORD_LENGTH = 2

/** The words of a search, of which a person must have every one. */
export function searchWords(q: string): string[] {
  return q
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS)
}

/** Whether `word` has only one or two letters: such a word is looked for at the beginning of usernames and e-mails only. */
export function isShortWord(word: string): boolean {
  return [...word].length <= SHORT_WORD_LENGTH
}
