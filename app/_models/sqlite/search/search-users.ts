import 'server-only'
import type { ListRows } from '../../list-rows.ts'
import type { Search } from '../../search-words.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import { readUsers } from '../../user-rows.ts'
import type { ListPage } from '../ordered-list.ts'
import type { WorkBudget } from '../work-budget.ts'
import { findMatches } from './find-matches.ts'
import { listPageOfFew, listPageOfMany } from './order-matches.ts'
import { type SearchPlan, SearchRun } from './search-run.ts'

/** The `rows` of the people that match a search, and the plans that found them. */
export async function searchUsers(
  query: UserListQuery,
  search: Search,
  rows: ListRows,
  budget: WorkBudget,
): Promise<ListPage & { plans: SearchPlan[] }> {
  const { maxCount } = budget.limits
  const run = new SearchRun(query, search, budget)
  const { plans } = run
  const matches = await findMatches(run)
  const hasMore = matches.ids.length > maxCount
  const count = Math.min(matches.ids.length, maxCount)
  if (!hasMore && !matches.isComplete) return { users: null, count, isCountExact: false, histogram: null, plans }
  const { offset } = rows
  const end = Math.min(rows.end, count)
  const { ids, histogram } = hasMore
    ? { ids: offset < end ? await listPageOfMany(run, matches, offset, end) : [], histogram: null }
    : await listPageOfFew(run, matches.ids, offset, Math.max(offset, end))
  return { users: ids && (await readUsers(ids)), count, isCountExact: !hasMore, histogram, plans }
}
