import 'server-only'
import { WorkQueue } from '../../../_request/work-queue.ts'
import { sumPeople } from '../../age-histogram.ts'
import type { Search } from '../../search-words.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import { readAges } from '../ages.ts'
import { indexRanges } from '../ordered-list.ts'
import { SearchRun } from '../search/search-run.ts'
import { walk } from '../search/walk.ts'
import { findFew, MAX_FOUND } from './list-sections.ts'
import { unlimitedBudget } from './stream-steps.ts'

// A count may read everybody, which takes 0.5 s at a million: one after the other.
const queue = new WorkQueue()

/** See `countMatches`. */
export async function countAll(query: UserListQuery, search: Search, signal: AbortSignal): Promise<number> {
  if (search.words.length === 0) return sumPeople(await readAges(query))
  return queue.run(async () => {
    const run = new SearchRun(query, search, unlimitedBudget(signal))
    const matches = (await findFew(run, MAX_FOUND)) ?? (await walkEverybody(run))
    return matches.length
  }, signal)
}

// A range for each age: people of other ages are not read.
async function walkEverybody({ query, condition, age, budget }: SearchRun): Promise<number[]> {
  const ranges = indexRanges(age ? 'age' : 'id', 'asc', age, await readAges(query))
  const all = () => Number.POSITIVE_INFINITY
  return (await walk(ranges, condition, all(), all, budget)) ?? []
}
