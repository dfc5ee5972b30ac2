import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { Direction, Sort } from '../../user-list-query.ts'
import { type AgeHistogram, readAges, sumPeople } from '../ages.ts'
import { indexRanges } from '../ordered-list.ts'
import { type Matches, ROWS_PER_LOOKUP } from './find-matches.ts'
import { isExactly } from './query.ts'
import { readExactMatches, readIndexBatches, sortAndCountAges, sortIds } from './read.ts'
import type { SearchRun } from './search-run.ts'
import { readPrefixMatches, walk } from './walk.ts'

/** The ids from `offset` to `end` of `matches`, which are all, in the order of the query, and the ages of all. Null ids: takes too long. */
export async function listPageOfFew(
  run: SearchRun,
  matches: number[],
  offset: number,
  end: number,
): Promise<{ ids: number[] | null; histogram: AgeHistogram }> {
  const { query, search, budget, plans } = run
  if (matches.length === 0) return { ids: [], histogram: [] }
  const page = { dir: query.dir, offset, size: end - offset }
  if (query.sort !== null) {
    plans.push('sort-few')
    return sortAndCountAges(matches, query.sort, page, budget)
  }
  if (search.prefixRanges) {
    plans.push('rank-few')
    const rank = Prisma.sql`CASE WHEN ${isExactly(query.q)} THEN 0 WHEN ${Prisma.join(search.prefixRanges, ' OR ')} THEN 1 ELSE 2 END`
    return sortAndCountAges(matches, rank, { ...page, dir: 'asc' }, budget)
  }
  plans.push('rank-few-by-index')
  const { expression } = await run.indexQuery()
  // Among the matches only: many more people may have a name that starts with one of the words.
  const prefixQuery = { expression: `(${expression}) AND (${search.prefixQuery.expression})`, condition: null, isCheap: false }
  const { ids, isComplete } = await readIndexBatches(prefixQuery, { age: null }, budget)
  const { histogram } = await sortAndCountAges(matches, 'id', { dir: 'asc', offset: 0, size: 0 }, budget)
  if (!isComplete) return { ids: null, histogram }
  const known = new Set(matches)
  const prefix = ids.filter((id) => known.has(id))
  const exact = await readExactMatches(query.q, search.words, run.age, budget)
  return { ids: concatUnique(exact, prefix, matches).slice(offset, end), histogram }
}

/** As `listPageOfFew`, of more matches than are counted; `matches` has at least `end` of them. Null: takes too long. */
export async function listPageOfMany(run: SearchRun, matches: Matches, offset: number, end: number): Promise<number[] | null> {
  const { sort, dir } = run.query
  if (sort === null) return rankMany(run, matches, offset, end)
  if (sort !== 'id') return sortMany(run, sort, matches, offset, end)
  run.plans.push('by-id')
  return (await listById(run, matches, dir, end))?.slice(offset, end) ?? null
}

/** Exact matches first, then those whose username starts with a word of the search, then all others by id. */
async function rankMany(run: SearchRun, matches: Matches, offset: number, end: number): Promise<number[] | null> {
  run.plans.push('rank-many')
  const exact = await readExactMatches(run.query.q, run.search.words, run.age, run.budget)
  const prefix = (await readPrefix(run)) ?? (await scanPrefix(run, end + exact.length))
  const others = await listById(run, matches, 'asc', end)
  return prefix && others && concatUnique(exact, prefix, others).slice(offset, end)
}

async function readPrefix(run: SearchRun): Promise<number[] | null> {
  const { words, prefixRanges, condition } = run.search
  // For one word the index has them in order of id, and is quicker where it is cheap.
  if (prefixRanges === null || (words.length === 1 && (await run.indexQuery()).isCheap)) return null
  return readPrefixMatches(prefixRanges, words.length > 1 ? condition : null, run.age, run.budget)
}

async function scanPrefix({ search, age, budget }: SearchRun, wanted: number): Promise<number[] | null> {
  const { ids, isComplete } = await readIndexBatches(search.prefixQuery, { age, wanted }, budget)
  return isComplete || ids.length >= wanted ? ids : null
}

async function listById(run: SearchRun, matches: Matches, dir: Direction, end: number): Promise<number[] | null> {
  if (matches.isComplete) return dir === 'asc' ? matches.ids.slice(0, end) : matches.ids.slice(-end).reverse()
  if (dir === 'asc' && matches.isLowestIds) return matches.ids
  const { ids } = await readIndexBatches(await run.indexQuery(), { age: run.age, dir, wanted: end }, run.budget)
  return ids.length < end ? null : ids
}

/** Walks people in the order of `sort` until the page is full, or sorts all matches, whichever promises to be quicker. */
async function sortMany(run: SearchRun, sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
  const { query, search, age, budget, plans } = run
  const { probeRows, maxWalkRows, maxSkipRows } = budget.limits
  const ranges = indexRanges(sort, query.dir, age, await readAges(query))
  const people = sumPeople(ranges)
  const { condition } = search
  if (condition) {
    const walkNames = async (maxRows: (read: number, found: number) => number) => {
      plans.push('walk-names')
      return (await walk(ranges, { condition }, end, maxRows, budget))?.slice(offset) ?? null
    }
    // After the probe it goes on only if the page is near enough, supposing that matches are as frequent further on.
    const estimate = (read: number, found: number) => {
      if (read < probeRows) return probeRows
      const share = found / read
      const maxRows = Math.min(maxWalkRows, Math.floor(ROWS_PER_LOOKUP * share * people))
      return end <= share * maxRows ? maxRows : read
    }
    return (await walkNames(estimate)) ?? (await sortAll(run, sort, matches, offset, end)) ?? walkNames(() => maxWalkRows)
  }
  const wordMatches = await run.wordMatches()
  if (wordMatches) {
    const { length } = matches.isComplete ? matches.ids : (run.knownMatches ?? matches.ids)
    // Sorting looks up every match; comparing an id costs about a fifth of that.
    const maxRows = Math.min(maxSkipRows, (ROWS_PER_LOOKUP - 1) * length)
    if ((2 * end * people) / length <= maxRows) {
      plans.push('walk-ids')
      const ids = await walk(ranges, { ids: wordMatches }, end, () => maxRows, budget)
      if (ids) return ids.slice(offset)
    }
  }
  return sortAll(run, sort, matches, offset, end)
}

async function sortAll(run: SearchRun, sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
  const { maxSortRows } = run.budget.limits
  run.plans.push('sort-all')
  const all = await listAll(run, matches, maxSortRows + 1)
  if (!all.isComplete || all.ids.length > maxSortRows) return null
  return sortIds(all.ids, sort, { dir: run.query.dir, offset, size: end - offset }, run.budget)
}

async function listAll(run: SearchRun, matches: Matches, wanted: number) {
  if (matches.isComplete) return matches
  if (run.knownMatches) return { ids: run.knownMatches, isComplete: true }
  return readIndexBatches(await run.indexQuery(), { age: run.age, wanted }, run.budget)
}

/** The ids of all `lists`, each once, at its first position. */
function concatUnique(...lists: number[][]): number[] {
  return [...new Set(lists.flat())]
}
