import 'server-only'
import { WorkQueue } from '../../_request/work-queue.ts'
import { withoutHidden } from '../hidden-fields.ts'
import { type ListRows, rowsOfPage } from '../list-rows.ts'
import { isNarrowed, type UserListQuery } from '../user-list-query.ts'
import { readSearch } from './folding.ts'
import { type ListPage, listInOrder } from './ordered-list.ts'
import { LIST_LIMITS, type ListLimits } from './search/limits.ts'
import type { SearchPlan } from './search/search-run.ts'
import { searchUsers } from './search/search-users.ts'
import { WorkBudget } from './work-budget.ts'

export type ListOptions = {
  /** The people to read, where they are others than those of the page. */
  rows?: ListRows
  limits?: ListLimits
  /** Aborted when the visitor has gone. */
  signal?: AbortSignal | undefined
  /** Called with the plans of a search, for the log. */
  onPlans?: (plans: SearchPlan[]) => void
}

const NEVER_ABORTED = new AbortController().signal

// Skipping this many rows takes less than a millisecond.
const MAX_QUICK_ROWS = 20_000

// SQLite blocks the process: lists that take long run one after the other.
const queue = new WorkQueue()

/**
 * The people on one page of the list.
 * @throws BusyError when too many searches wait, or the reason of `signal` when it is aborted.
 */
export async function readListPage(
  listQuery: UserListQuery,
  { rows = rowsOfPage(listQuery), limits = LIST_LIMITS, signal = NEVER_ABORTED, onPlans }: ListOptions,
): Promise<ListPage> {
  const query = withoutHidden(listQuery)
  const budget = new WorkBudget(limits, signal)
  const search = await readSearch(query.q)
  if (search.words.length === 0) {
    const list = () => listInOrder(query, rows, budget)
    return isQuick(query, rows) ? list() : queue.run(list, signal)
  }
  const { plans, ...page } = await queue.run(() => searchUsers(query, search, rows, budget), signal)
  onPlans?.(plans)
  return page
}

function isQuick(query: UserListQuery, { end }: ListRows): boolean {
  return !isNarrowed(query) && end <= MAX_QUICK_ROWS
}
