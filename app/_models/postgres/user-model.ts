import 'server-only'
import { shownColumns, type UserRow } from '../user-rows.ts'
import { readAges } from './ages.ts'
import { database, readAtVersion, readDataVersion } from './database.ts'
import { readSearch } from './folding.ts'
import { readInstallationSecret } from './installation.ts'
import { readListPage } from './list-page.ts'
import { countMatches, streamUsers } from './whole-list/stream-steps.ts'

const MAX_ID = 2 ** 31 - 1

/** What app/_models/ asks of PostgreSQL: see the functions of the same names in user.ts, whole-list.ts and installation.ts. */
export const POSTGRES_MODEL = {
  findUser,
  listNewest,
  readAges,
  readListPage,
  readSearch,
  readAtVersion,
  readDataVersion,
  readInstallationSecret,
  streamUsers,
  countMatches,
}

async function findUser(id: number): Promise<UserRow | null> {
  if (id > MAX_ID) return null
  return database().user.findFirst({ where: { id }, select: shownColumns() })
}

/** The `count` people who were added last, the latest first. */
function listNewest(count: number): Promise<UserRow[]> {
  return database().user.findMany({ select: shownColumns(), orderBy: { id: 'desc' }, take: count })
}
