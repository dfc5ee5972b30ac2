import 'server-only'
import { Prisma } from '../../../../prisma/postgres/generated/client.ts'
import { WorkQueue } from '../../../_request/work-queue.ts'
import { sumPeople } from '../../age-histogram.ts'
import type { ListPosition, ListStep, StreamOptions } from '../../list-step.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import type { UserRow } from '../../user-rows.ts'
import { readAges } from '../ages.ts'
import { queryPatiently } from '../database.ts'
import { readSearch } from '../folding.ts'
import { userColumns } from '../user-columns.ts'
import { foundBy, listSections, type Section } from './list-sections.ts'

// The first step is short, so that a reader soon has something.
const STEP_ROWS = { first: 200, max: 4_096 }

// A whole list takes one connection of this process at a time, and leaves the others to pages.
const turns = new WorkQueue()

/** See app/_models/whole-list.ts. */
export async function* streamUsers(query: UserListQuery, options: StreamOptions): AsyncGenerator<ListStep> {
  const { signal, after = null, wanted = Number.POSITIVE_INFINITY, stepRows = STEP_ROWS } = options
  const sections = await listSections(query, await readSearch(query.q))
  let rows = stepRows.first
  let left = wanted
  for (const section of sections) {
    if (after && section.order < after.order) continue
    let key = after?.order === section.order ? after.key : null
    for (;;) {
      const limit = Math.min(rows, left)
      const users = await turns.run(() => readStep(section, key, limit), signal)
      signal.throwIfAborted()
      const last = users.at(-1)
      if (last !== undefined) {
        key = writeKey(last.key)
        yield { users: users.map(({ key: _, ...user }) => user), position: { order: section.order, key } }
      }
      left -= users.length
      if (left <= 0) return
      if (users.length < limit) break
      rows = Math.min(stepRows.max, rows * 2)
    }
  }
}

/** See app/_models/whole-list.ts. */
export async function countMatches(query: UserListQuery, signal: AbortSignal): Promise<number> {
  const search = await readSearch(query.q)
  if (search.words.length === 0) return sumPeople(await readAges(query))
  const statement = Prisma.sql`SELECT count(*)::float8 AS "count" FROM "User" WHERE ${foundBy(query, search)}`
  const [row] = await turns.run(() => queryPatiently<{ count: number }>(statement), signal)
  return row?.count ?? 0
}

/** The next people of `section`, after the one at `after`. Raw SQL: Prisma does not know the conditions of a search. */
function readStep({ key, dir, where }: Section, after: ListPosition['key'] | null, limit: number) {
  const column = Prisma.raw(`"${key}"`)
  const beyond = Prisma.raw(dir === 'asc' ? '>' : '<')
  const isBeyond = after === null ? Prisma.sql`TRUE` : Prisma.sql`${column} ${beyond} ${key === 'id' ? Number(after) : readKey(after)}`
  return queryPatiently<UserRow & { key: string | number }>(Prisma.sql`
    SELECT ${userColumns()}, ${column} AS "key" FROM "User"
    WHERE ${where} AND ${isBeyond} ORDER BY ${column} ${Prisma.raw(dir)} LIMIT ${limit}`)
}

// As in the positions of a SQLite database, names are in hex.
function writeKey(key: string | number): ListPosition['key'] {
  return typeof key === 'number' ? key : Buffer.from(key).toString('hex').toUpperCase()
}

function readKey(key: ListPosition['key']): string {
  return Buffer.from(String(key), 'hex').toString().replaceAll('\0', '')
}
