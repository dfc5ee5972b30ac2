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
  /** Rows between a page and the nearer end of a list of everybody that are skipped; beyond, counts are added up to find its place. */
  maxSkipRows: number
  /** Rows between a page and the nearer end of a list of some ages. */
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

// The time that each limit allows, with a million people. Goal: a page of the list blocks its process for at most 60 ms, never for 200.
export const LIST_LIMITS: ListLimits = {
  // Reading their ids takes 3 to 10 ms.
  maxCount: 10_000,
  // Looking them up takes 60 ms.
  maxSortRows: 50_000,
  // Comparing them takes 6 ms.
  probeRows: 20_000,
  // Comparing them takes 120 ms; maxCpuMs usually ends a walk earlier.
  maxWalkRows: 400_000,
  // Skipping them takes 0.2 ms, as adding up the counts does.
  maxSkipRows: 4_096,
  // Skipping them takes 30 ms.
  maxOffsetRows: 2_000_000,
  // Reading them takes 1 ms, even where FTS5 has to search for matches.
  firstBatchRows: 1_000,
  // A page takes up to 50 µs: 40 ms.
  maxIndexPages: 800,
  // Half of that, so that a second word can be looked for, too.
  maxWordPages: 400,
  // Four of them take 8 ms.
  maxRarePages: 40,
  // One more statement of 60 ms may follow.
  maxCpuMs: 90,
}
