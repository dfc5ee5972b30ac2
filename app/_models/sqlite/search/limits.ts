/** How much work one page of the list may be. SQLite blocks the process, so every other visitor waits as long. */
export type ListLimits = {
  /** Matches of a search that are counted, and that can be paged through. */
  counted: number
  /** Matches that are sorted rather than found by walking through everybody in order. */
  sorted: number
  /** People whose names a search in order reads before it asks whether to go on so or to sort all matches. */
  glanced: number
  /** People whose names it may read in all. */
  walked: number
  /** People whose ids it may read, where all who are found are known. */
  passed: number
  /** People whose username begins with a word of a search and who are sorted by id. */
  begun: number
  /** Index entries that a page may be away from the nearer end of the list. */
  skipped: number
  /** People found that the first statement of a search looks at. The next ones look at more as long as that is quick. */
  scanned: number
  /** Pages of the index that one statement may read to find all people. */
  pages: number
  /** Pages of the index that looking for a whole word may read, where some of its trigrams are rare. */
  wholePages: number
  /** Pages of the index that a rare trigram has at most. */
  rarePages: number
  /** Processor time that a search may have taken when it begins another statement. */
  milliseconds: number
}

export const LIST_LIMITS: ListLimits = {
  counted: 10_000,
  sorted: 50_000,
  glanced: 20_000,
  walked: 400_000,
  passed: 500_000,
  begun: 30_000,
  skipped: 2_000_000,
  scanned: 1_000,
  pages: 800,
  wholePages: 400,
  rarePages: 40,
  milliseconds: 90,
}
