import 'server-only'
import { FoldingTable } from '../folding-table.ts'
import type { Search } from '../search-words.ts'
import { database } from './database.ts'

// Raw SQL: no table of Prisma's schema.
const folding = new FoldingTable(async () => {
  const [row] = await database().$queryRaw<{ table: string }[]>`
    SELECT json_group_object("character", "folded") AS "table" FROM "Folding"`
  return row?.table ?? '{}'
})

/** What `q` searches for. */
export function readSearch(q: string): Promise<Search> {
  return folding.readSearch(q)
}
