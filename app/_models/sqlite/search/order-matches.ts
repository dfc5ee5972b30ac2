import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import { type AgeHistogram, sumPeople } from '../../age-histogram.ts'
import type { Direction, Sort } from '../../user-list-query.ts'
import { EVERYBODY, readAges, sumAges } from '../ages.ts'
import { indexRanges } from '../ordered-list.ts'
import { type Matches, ROWS_PER_LOOKUP } from './find-matches.ts'
import { readExactMatches, readIndexBatches, sortAndCountAges, sortIds } from './read.ts'
import type { SearchRun } from './search-run.ts'
import { countPrefixRows, readPrefixMatches, walk } from './walk.ts'

/** The ids from `offset` to `end` of `matches`, which are all, in the order of the query, and the ages of all. */
export async function listPageOfFew(
  run: SearchRun,
  matches: number[],
  offset: number,
  end: number,
): Promise<{ ids: number[]; histogram: AgeHistogram }> {
  const { query, budget, plans } = run
  if (matches.length === 0) return { ids: [], histogram: [] }
  const page = { dir: query.dir, offset, size: end - offset }
  if (query.sort !== null) {
    plans.push('sort-few')
    return sortAndCountAges(matches, query.sort, page, budget)
  }
  plans.push('rank-few')
  return sortAndCountAges(matches, await rankOf(run), { ...page, dir: 'asc' }, budget)
}

async function rankOf({ query, folded, text, prefixRanges, age, budget }: SearchRun): Promise<Prisma.Sql> {
  const exact = await readExactMatches(query.q, folded, text, age, budget)
  const cases = exact.flatMap((ids, rank) =>
    ids.length > 0 ? Prisma.sql`WHEN "UserText"."id" IN (SELECT "value" FROM json_each(${JSON.stringify(ids)})) THEN ${rank}` : [],
  )
  const prefix = Prisma.sql`WHEN ${Prisma.join(prefixRanges, ' OR ')} THEN ${exact.length} ELSE ${exact.length + 1}`
  return Prisma.sql`CASE ${Prisma.join([...cases, prefix], ' ')} END`
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
  const exact = await readExactMatches(run.query.q, run.folded, run.text, run.age, run.budget)
  const prefix = await readPrefix(run, matches, end)
  const others = await listById(run, matches, 'asc', end)
  return prefix && others && concatUnique(...exact, prefix, others).slice(offset, end)
}

/**
 * By id the matches whose username starts with a word: all, read from the order of usernames and sorted, or where that promises to be
 * quicker, as many as are wanted, from the index.
 */
async function readPrefix(run: SearchRun, matches: Matches, wanted: number): Promise<number[] | null> {
  const { words, prefixRanges, condition, age, budget } = run
  const ranges = prefixRanges.map((range) => Prisma.sql`${range} AND ${age ?? EVERYBODY}`)
  const people = await countPrefixRows(ranges, budget)
  // A row takes about the same time both ways, and the index has all matches.
  const isIndexQuicker = wanted * estimateMatches(matches, await sumAges()) < people * people
  if (!isIndexQuicker && people <= budget.limits.maxSortRows) return readPrefixMatches(ranges, words.length > 1 ? condition : null, budget)
  const indexQuery = await run.indexQuery()
  const isPrefix = Prisma.sql`(${Prisma.join(prefixRanges, ' OR ')}) AND ${indexQuery.condition ?? EVERYBODY}`
  const { ids, isComplete } = await readIndexBatches({ ...indexQuery, condition: isPrefix }, { age, wanted }, budget)
  return isComplete || ids.length >= wanted ? ids : null
}

/** How many match in all, supposing that they are spread evenly over the ids. */
function estimateMatches({ ids, isLowestIds }: Matches, everybody: number): number {
  const last = ids.at(-1)
  return isLowestIds && last !== undefined ? Math.min(everybody, (ids.length * everybody) / last) : everybody
}

async function listById(run: SearchRun, matches: Matches, dir: Direction, end: number): Promise<number[] | null> {
  if (matches.isComplete) return dir === 'asc' ? matches.ids.slice(0, end) : matches.ids.slice(-end).reverse()
  if (dir === 'asc' && matches.isLowestIds) return matches.ids
  const { ids } = await readIndexBatches(await run.indexQuery(), { age: run.age, dir, wanted: end }, run.budget)
  return ids.length < end ? null : ids
}

/** Walks people in the order of `sort` until the page is full, or sorts all matches, whichever promises to be quicker. */
async function sortMany(run: SearchRun, sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
  const { query, condition, age, budget, plans } = run
  const { probeRows, maxWalkRows, maxSortRows } = budget.limits
  const ranges = indexRanges(sort, query.dir, age, await readAges(query))
  const people = sumPeople(ranges)
  const walkNames = async (maxRows: (read: number, found: number) => number) => {
    plans.push('walk-names')
    return (await walk(ranges, condition, end, maxRows, budget))?.slice(offset) ?? null
  }
  // Names of one script lie together, so that the first matches may be far from the end where the walk starts, and sorting all be quicker.
  const isSortable = estimateMatches(matches, await sumAges()) <= maxSortRows
  // After the probe it goes on if the page is near enough, supposing that matches are as frequent further on.
  const estimate = (read: number, found: number) => {
    if (read < probeRows) return probeRows
    if (!isSortable) return maxWalkRows
    const share = found / read
    const maxRows = Math.min(maxWalkRows, Math.floor(ROWS_PER_LOOKUP * share * people))
    return end <= share * maxRows ? maxRows : read
  }
  return (await walkNames(estimate)) ?? (await sortAll(run, sort, matches, offset, end)) ?? walkNames(() => maxWalkRows)
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
  return readIndexBatches(await run.indexQuery(), { age: run.age, wanted }, run.budget)
}

/** The ids of all `lists`, each once, at its first position. */
function concatUnique(...lists: number[][]): number[] {
  return [...new Set(lists.flat())]
}
