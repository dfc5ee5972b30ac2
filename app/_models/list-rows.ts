import type { UserListQuery } from './user-list-query.ts'

/** The people of a list from `offset`, counted from 0, up to `end`. */
export type ListRows = { offset: number; end: number }

export function rowsOfPage({ page, size }: Pick<UserListQuery, 'page' | 'size'>): ListRows {
  return { offset: (page - 1) * size, end: page * size }
}
