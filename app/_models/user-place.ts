import 'server-only'
import { BusyError } from '../_request/work-queue.ts'
import { rowsOfPage } from './list-rows.ts'
import { postgresModel } from './postgres-model.ts'
import { type ListOptions, readListPage } from './sqlite/list-page.ts'
import type { UserListQuery } from './user-list-query.ts'
import type { UserRow } from './user-rows.ts'

/** The person before or after another in a list, and the page of the list that shows them. */
export type Neighbor = Pick<UserRow, 'id' | 'username'> & { page: number }

/** Where a list has a person. */
export type UserPlace = {
  /** The number of people in the list, as in UserPage. */
  count: number
  isCountExact: boolean
  /** From 1; null when the person is not near the page of the list that the query names. */
  position: number | null
  /** The page that shows the person; where that is unknown, the one that the query names. */
  page: number
  previous: Neighbor | null
  next: Neighbor | null
}

// So that a person is still found when this many others have come or gone before them since the list was opened.
const MARGIN_ROWS = 10

/**
 * The place of the person with `id` on the page of the list that `query` names, or near it. It costs as much as that page, within the same
 * limits; null when that would be too much, or too many searches wait.
 * @throws the reason of `signal` when it is aborted.
 */
export async function findPlace(id: number, query: UserListQuery, options: ListOptions = {}): Promise<UserPlace | null> {
  const { offset, end } = rowsOfPage(query)
  const rows = { offset: Math.max(0, offset - MARGIN_ROWS), end: end + MARGIN_ROWS }
  const readPage = (await postgresModel)?.readListPage ?? readListPage
  const list = await readPage(query, { ...options, rows }).catch((error) => {
    if (error instanceof BusyError) return null
    throw error
  })
  if (!list?.users) return null
  const { users, count, isCountExact } = list
  const index = users.findIndex((user) => user.id === id)
  const pageOf = (at: number) => Math.floor((rows.offset + at) / query.size) + 1
  const findNeighbor = (at: number) => {
    const user = users[at]
    return user ? { id: user.id, username: user.username, page: pageOf(at) } : null
  }
  // Beside the first or the last that was read there may be others.
  const isCut = (index === 0 && rows.offset > 0) || (index === users.length - 1 && rows.end < count)
  if (index < 0 || isCut) return { count, isCountExact, position: null, page: query.page, previous: null, next: null }
  return {
    count,
    isCountExact,
    position: rows.offset + index + 1,
    page: pageOf(index),
    previous: findNeighbor(index - 1),
    next: findNeighbor(index + 1),
  }
}
