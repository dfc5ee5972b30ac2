const MAX_WORDS = 10

/** The words of a search, each of which a person's username or e-mail has to contain. Words beyond the tenth are ignored. */
export function searchWords(q: string): string[] {
  return q.split(/\s+/u).filter(Boolean).slice(0, MAX_WORDS)
}
