import 'server-only'
import { WorkQueue } from '../../../_request/work-queue.ts'
import type { ListStep, StreamOptions } from '../../list-step.ts'
import type { Search } from '../../search-words.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import { LIST_LIMITS } from '../search/limits.ts'
import { WorkBudget } from '../work-budget.ts'
import { listSections, MAX_FOUND } from './list-sections.ts'
import { readStep } from './read-step.ts'

// A step of 2,000 people takes 3 ms; one that only compares may read more.
const STEP_ROWS = { first: 200, max: 4_096 }

// The steps of all lists of this process take turns: a list waits while another's step runs, but not while another's reader is slow.
const turns = new WorkQueue()

/** See `streamUsers`. */
export async function* streamSteps(
  query: UserListQuery,
  search: Search,
  { signal, after = null, wanted = Number.POSITIVE_INFINITY, maxFound = MAX_FOUND, stepRows = STEP_ROWS }: StreamOptions,
): AsyncGenerator<ListStep> {
  const budget = unlimitedBudget(signal)
  const sections = await turns.run(() => listSections(query, search, maxFound, budget), signal)
  let rows = stepRows.first
  let left = wanted
  for (const section of sections) {
    if (after && section.order < after.order) continue
    let key = after?.order === section.order ? after.key : null
    for (;;) {
      const limits = { rows, users: left }
      const { result, isQuick } = await turns.run(() => budget.spend(() => readStep(section, key, limits)), signal)
      const { users, isLast } = result
      left -= users.length
      key = result.key
      if (users.length > 0) yield { users, position: { order: section.order, key } }
      if (left <= 0) return
      if (isLast) break
      rows = isQuick ? Math.min(stepRows.max, rows * 2) : Math.max(stepRows.first, Math.floor(rows / 2))
    }
  }
}

/** A budget for work without an end: it only gives others their turn. */
export function unlimitedBudget(signal: AbortSignal): WorkBudget {
  return new WorkBudget({ ...LIST_LIMITS, maxCpuMs: Number.POSITIVE_INFINITY }, signal)
}
