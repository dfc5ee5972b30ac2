/** How much work one page of the list may be. SQLite blocks the process, so every other visitor waits as long. */
export type ListLimits = {
  /** Matches of a search that are counted, and that can be paged through. */
  counted: number
  /** Matches that are sorted rather than found by walking through everybody in order. */
  sorted: number
  /** People whose names one search in order may read. */
  walked: number
  /** People whose username begins with a word of a search and who are sorted by id. */
  begun: number
  /** Index entries that a page may be away from the nearer end of the list. */
  skipped: number
  /** Ids that one statement of a search looks at. */
  scanned: number
  /** Processor time that a search may have taken when it begins another statement. */
  milliseconds: number
}

export const LIST_LIMITS: ListLimits = {
  counted: 10_000,
  sorted: 60_000,
  walked: 100_000,
  begun: 30_000,
  skipped: 2_000_000,
  scanned: 100_000,
  milliseconds: 100,
}
