/** The most work for one page of the list. SQLite blocks the process, so every other visitor waits that long. */
export type ListLimits = {
  /** Matches of a search that are counted and can be paged through. */
  maxCount: number
  /** People who may be read and then sorted: all matches, or those whose username starts with a word of the search. */
  maxSortRows: number
  /** Rows that a walk reads before it estimates whether to go on or to sort. */
  probeRows: number
  /** Rows that a walk may read when it compares names. */
  maxWalkRows: number
  /** Rows between a page and the nearer end of a list without a search. */
  maxOffsetRows: number
  /** Rows in the first batch that a search reads from the index. Batches double as long as they are quick. */
  firstBatchRows: number
  /** Index pages that one statement may read to find all matches. */
  maxIndexPages: number
  /** Index pages up to which a word is looked for as a whole; above, by its rare trigrams. */
  maxWordPages: number
  /** Index pages of a trigram that counts as rare. */
  maxRarePages: number
  /** Processor time after which a search starts no other statement. */
  maxCpuMs: number
}

export const LIST_LIMITS: ListLimits = {
  maxCount: 10_000,
  maxSortRows: 50_000,
  probeRows: 20_000,
  maxWalkRows: 400_000,
  maxOffsetRows: 2_000_000,
  firstBatchRows: 1_000,
  maxIndexPages: 800,
  maxWordPages: 400,
  maxRarePages: 40,
  maxCpuMs: 90,
}
