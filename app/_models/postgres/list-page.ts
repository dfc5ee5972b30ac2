import 'server-only'
import { withoutHidden } from '../hidden-fields.ts'
import { type ListRows, rowsOfPage } from '../list-rows.ts'
import type { UserListQuery } from '../user-list-query.ts'
import { isTimeout } from './faults.ts'
import { readSearch } from './folding.ts'
import { type ListPage, listInOrder } from './ordered-list.ts'
import { searchUsers } from './search.ts'

export type ListOptions = {
  /** The people to read, where they are others than those of the page. */
  rows?: ListRows
  /** Matches of a search that are counted and can be paged through. */
  limits?: { maxCount: number }
  /** Aborted when the visitor has gone. */
  signal?: AbortSignal | undefined
}

const LIST_LIMITS = { maxCount: 10_000 }

/**
 * The people on one page of the list.
 * @throws the reason of `signal` when it is aborted.
 */
export async function readListPage(
  listQuery: UserListQuery,
  { rows = rowsOfPage(listQuery), limits = LIST_LIMITS, signal }: ListOptions,
): Promise<ListPage> {
  const query = withoutHidden(listQuery)
  const search = await readSearch(query.q)
  signal?.throwIfAborted()
  try {
    return await (search.words.length === 0 ? listInOrder(query, rows) : searchUsers(query, search, rows, limits.maxCount))
  } catch (error) {
    if (!isTimeout(error)) throw error
    return { users: null, count: 0, isCountExact: false, histogram: null }
  }
}
