import 'server-only'
import { readSearch } from './sqlite/folding.ts'
import { countAll } from './sqlite/whole-list/count-all.ts'
import { type ListStep, type StreamOptions, streamSteps } from './sqlite/whole-list/stream-steps.ts'
import type { UserListQuery } from './user-list-query.ts'

export type { ListPosition } from './sqlite/whole-list/list-sections.ts'

/**
 * Everybody on the list of `query`, whatever its page and size, in its order and in short steps. Who is there all the time comes once,
 * whoever is added or removed meanwhile; who is renamed in a list sorted by that name may come twice or not at all.
 * @throws BusyError when too many steps of others wait, or the reason of the signal when it is aborted.
 */
export async function* streamUsers(query: UserListQuery, options: StreamOptions): AsyncGenerator<ListStep> {
  yield* streamSteps(query, await readSearch(query.q), options)
}

/**
 * The number of people on the list of `query`, all of them.
 * @throws BusyError when too many counts of others wait, or the reason of `signal` when it is aborted.
 */
export async function countMatches(query: UserListQuery, signal: AbortSignal): Promise<number> {
  return countAll(query, await readSearch(query.q), signal)
}
