import { Prisma } from '../../../prisma/postgres/generated/client.ts'
import type { Direction, Sort } from '../user-list-query.ts'

// Each is that of an index, forwards or backwards. Ids are unique, as names are; equal ages are by id in both directions.
const ORDERS = {
  id: { asc: Prisma.sql`"id"`, desc: Prisma.sql`"id" DESC` },
  username: { asc: Prisma.sql`"usernameKey"`, desc: Prisma.sql`"usernameKey" DESC` },
  email: { asc: Prisma.sql`"emailKey"`, desc: Prisma.sql`"emailKey" DESC` },
  age: { asc: Prisma.sql`"age", "id"`, desc: Prisma.sql`"age" DESC NULLS LAST, "id"` },
}
const REVERSED_AGES = {
  asc: Prisma.sql`"age" DESC NULLS FIRST, "id" DESC`,
  desc: Prisma.sql`"age" NULLS FIRST, "id" DESC`,
}

const COLUMNS = {
  id: Prisma.sql`"id"`,
  username: Prisma.sql`"id", "usernameKey"`,
  email: Prisma.sql`"id", "emailKey"`,
  age: Prisma.sql`"id", "age"`,
}

/** The id, and the columns that an order needs. */
export function sortedColumns(sort: Sort): Prisma.Sql {
  return COLUMNS[sort]
}

/** What follows ORDER BY. People without an age are last in both directions. */
export function orderBy(sort: Sort, dir: Direction): Prisma.Sql {
  return ORDERS[sort][dir]
}

/** The same order from its other end. */
export function reversedOrder(sort: Sort, dir: Direction): Prisma.Sql {
  return sort === 'age' ? REVERSED_AGES[dir] : ORDERS[sort][dir === 'asc' ? 'desc' : 'asc']
}
