import 'server-only'
import { withoutHidden } from './hidden-fields.ts'
import type { ListStep, StreamOptions } from './list-step.ts'
import { postgresModel } from './postgres-model.ts'
import { readSearch } from './sqlite/folding.ts'
import { countAll } from './sqlite/whole-list/count-all.ts'
import { streamSteps } from './sqlite/whole-list/stream-steps.ts'
import type { UserListQuery } from './user-list-query.ts'

export type { ListPosition } from './list-step.ts'

/**
 * Everybody on the list of `query`, whatever its page and size, in its order and in short steps. A person who is there all the time comes once,
 * also while others are added or removed. In a list sorted by name, a person who is renamed meanwhile may come twice or not at all.
 * @throws BusyError when too many steps of others wait, or the reason of the signal when it is aborted.
 */
export async function* streamUsers(query: UserListQuery, options: StreamOptions): AsyncGenerator<ListStep> {
  const shown = withoutHidden(query)
  if (postgresModel) yield* (await postgresModel).streamUsers(shown, options)
  else yield* streamSteps(shown, await readSearch(query.q), options)
}

/**
 * The number of people on the list of `query`, all of them.
 * @throws BusyError when too many counts of others wait, or the reason of `signal` when it is aborted.
 */
export async function countMatches(query: UserListQuery, signal: AbortSignal): Promise<number> {
  const shown = withoutHidden(query)
  if (postgresModel) return (await postgresModel).countMatches(shown, signal)
  return countAll(shown, await readSearch(query.q), signal)
}
