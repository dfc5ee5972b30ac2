import 'server-only'
import type { Prisma } from '../../../../prisma/generated/client.ts'
import { sumPeople } from '../../age-histogram.ts'
import { readAges } from '../ages.ts'
import { indexRanges } from '../ordered-list.ts'
import type { IndexQuery } from './query.ts'
import { filterByAgeIndex, filterById, readAllMatches, readIndexBatches, type UserBatch } from './read.ts'
import type { SearchRun } from './search-run.ts'
import { walk } from './walk.ts'

/** The people who match a search, by id: all of them, or one more than are counted, or fewer when the budget is spent. */
export type Matches = UserBatch & {
  /** Whether no match has a lower id than these without being one of them. */
  isLowestIds: boolean
}

// Reading a row of an index takes a fifth of the time of looking a person up by id.
export const ROWS_PER_LOOKUP = 5

export async function findMatches(run: SearchRun): Promise<Matches> {
  const { age, budget, plans } = run
  const wanted = budget.limits.maxCount + 1
  const indexQuery = await run.indexQuery()
  if (age && indexQuery.isCheap && indexQuery.condition === null)
    return { ...(await findOfAge(run, indexQuery, age, wanted)), isLowestIds: true }
  plans.push('index-batches')
  const found = await readIndexBatches(indexQuery, { age: null, wanted }, budget)
  if (age === null) return { ...found, isLowestIds: true }
  if (found.isComplete) {
    plans.push('filter-by-id')
    return { ...(await filterById(found.ids, age, wanted, budget)), isLowestIds: true }
  }
  const walked = await walkAges(run, age, wanted)
  if (walked) return { ...walked, isLowestIds: false }
  plans.push('index-batches-with-age')
  return { ...(await readIndexBatches(indexQuery, { age, wanted }, budget)), isLowestIds: true }
}

/** Where one statement finds everybody who has the words. */
async function findOfAge({ query, budget, plans }: SearchRun, indexQuery: IndexQuery, age: Prisma.Sql, wanted: number): Promise<UserBatch> {
  if (budget.isSpent) return { ids: [], isComplete: false }
  const wordMatches = await readAllMatches(indexQuery, budget)
  const peopleOfAge = sumPeople(await readAges(query))
  if (peopleOfAge < ROWS_PER_LOOKUP * Math.min(wordMatches.length, wanted) && !budget.isSpent) {
    plans.push('filter-by-age-index')
    return { ids: await filterByAgeIndex(wordMatches, age, budget), isComplete: true }
  }
  plans.push('filter-by-id')
  return filterById(wordMatches, age, wanted, budget)
}

/** Where many have the words and few have the age, reading these is quicker. */
async function walkAges({ query, condition, budget, plans }: SearchRun, age: Prisma.Sql, wanted: number): Promise<UserBatch | null> {
  const { maxWalkRows } = budget.limits
  const histogram = await readAges(query)
  if (sumPeople(histogram) > maxWalkRows) return null
  plans.push('walk-ages')
  const ids = await walk(indexRanges('age', 'asc', age, histogram), condition, wanted, () => maxWalkRows, budget)
  return ids && { ids: ids.sort((a, b) => a - b), isComplete: ids.length < wanted }
}
