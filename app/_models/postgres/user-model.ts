import 'server-only'
import { USER_ROW, type UserRow } from '../user-rows.ts'
import { sumAges } from './ages.ts'
import { database } from './database.ts'
import { readSearch } from './folding.ts'
import { readListPage } from './list-page.ts'
import { countMatches, streamUsers } from './whole-list/stream-steps.ts'

const MAX_ID = 2 ** 31 - 1

/** What app/_models/user.ts and whole-list.ts ask of PostgreSQL. */
export const POSTGRES_MODEL = { findUser, countUsers: sumAges, readListPage, readSearch, streamUsers, countMatches }

async function findUser(id: number): Promise<UserRow | null> {
  if (id > MAX_ID) return null
  return database().user.findUnique({ where: { id }, select: USER_ROW })
}
