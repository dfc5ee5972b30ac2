import type { UserRow } from './user-rows.ts'

/** The place of somebody in a list: the section, and the key there; that of a name is in hex, as it may not be valid UTF-8. */
export type ListPosition = { order: number; key: number | string }

/** Some people of a list, in its order, and the place of the last one. */
export type ListStep = { users: UserRow[]; position: ListPosition }

export type StreamOptions = {
  /** Aborted when nobody wants the list any more. */
  signal: AbortSignal
  /** Only people behind this place. */
  after?: ListPosition | null
  /** The most people; by default all. */
  wanted?: number
  /** The most matches of a search that are kept in memory. */
  maxFound?: number
  /** The rows that the first step reads, and the most that one may. */
  stepRows?: { first: number; max: number }
}
