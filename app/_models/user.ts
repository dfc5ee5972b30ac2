import 'server-only'
import { Prisma, type User } from '../../prisma/generated/client.ts'
import { database } from './database.ts'
import type { UserListQuery } from './user-list-query.ts'

export type UserRow = Pick<User, 'id' | 'username' | 'email' | 'age'>
export type UserPage = { users: UserRow[]; count: number; pageCount: number }

const PAGE_SIZE = 50
// Prisma's Int is one of 32 bits: it refuses to look for anything larger, which is not there anyway (see the migrations).
const MAX_ID = 2 ** 31 - 1

// People without an age come last both ways; ties end in the id.
const ORDERS = {
  id: { asc: Prisma.sql`"id"`, desc: Prisma.sql`"id" DESC` },
  username: { asc: Prisma.sql`"username", "id"`, desc: Prisma.sql`"username" DESC, "id"` },
  email: { asc: Prisma.sql`"email", "id"`, desc: Prisma.sql`"email" DESC, "id"` },
  age: { asc: Prisma.sql`"age" ASC NULLS LAST, "id"`, desc: Prisma.sql`"age" DESC NULLS LAST, "id"` },
}

/** The person with `id`, or null. */
export async function findUser(id: number): Promise<UserRow | null> {
  if (id > MAX_ID) return null
  return database().user.findUnique({ where: { id }, select: { id: true, username: true, email: true, age: true } })
}

/** One page of the people that `query` asks for. `pageCount` is 1 when there is nobody; a page beyond it has no users. */
export async function listUsers({ q, sort, dir, page }: UserListQuery): Promise<UserPage> {
  const where = q === '' ? Prisma.empty : matches(q)
  const [counted] = await database().$queryRaw<{ count: number | bigint }[]>`SELECT count(*) AS "count" FROM "User" ${where}`
  const users = await database().$queryRaw<UserRow[]>`
    SELECT "id", "username", "email", "age" FROM "User" ${where}
    ORDER BY ${ORDERS[sort][dir]} LIMIT ${PAGE_SIZE} OFFSET ${(page - 1) * PAGE_SIZE}`
  const count = Number(counted?.count)
  return { users, count, pageCount: Math.max(1, Math.ceil(count / PAGE_SIZE)) }
}

/** How many people there are in all. */
export async function countUsers(): Promise<number> {
  // Prisma's own count() wraps a subquery around the table: five times as slow.
  const [counted] = await database().$queryRaw<{ count: number | bigint }[]>`SELECT count(*) AS "count" FROM "User"`
  return Number(counted?.count)
}

// Prisma's `contains` leaves % and _ to mean anything, hence SQL.
function matches(q: string): Prisma.Sql {
  const pattern = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`
  return Prisma.sql`WHERE "username" LIKE ${pattern} ESCAPE '\\' OR "email" LIKE ${pattern} ESCAPE '\\'`
}
