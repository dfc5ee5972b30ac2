import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { UserRow } from '../../user-rows.ts'
import { EVERYBODY } from '../ages.ts'
import { database } from '../database.ts'
import type { ListPosition, Section } from './list-sections.ts'

type Key = ListPosition['key']

type Limits = {
  /** The most rows that it reads. */
  rows: number
  /** The most people that it returns. */
  users: number
}

type Step = {
  users: UserRow[]
  /** Of the last row that it read; meaningless when it read none. */
  key: Key
  /** Whether nobody in the section comes after these. */
  isLast: boolean
}

/**
 * The next people of `section`, after the one at `after`. One JSON text, because Prisma takes ten times as long for rows; raw SQL for that,
 * and because Prisma does not know "UserText", which has the order, nor INDEXED BY.
 */
export async function readStep(section: Section, after: Key | null, limits: Limits): Promise<Step> {
  const { key, dir, from, where, condition } = section
  const column = Prisma.raw(`"${key}"`)
  const limit = condition === null ? Math.min(limits.rows, limits.users) : limits.rows
  const [beyond, last] = dir === 'asc' ? [Prisma.sql`>`, Prisma.sql`max`] : [Prisma.sql`<`, Prisma.sql`min`]
  const start = after === null ? EVERYBODY : Prisma.sql`${column} ${beyond} ${writeKey(after)}`
  // With as many as are wanted, the next step starts behind the last of them; otherwise behind all that this one reads.
  const found =
    condition === null
      ? Prisma.sql`SELECT * FROM "Step"`
      : Prisma.sql`SELECT * FROM "Step" WHERE ${condition} LIMIT ${toSqlInteger(limits.users)}`
  const [row] = await database().$queryRaw<{ users: string; last: Key | bigint | null; rows: number | bigint }[]>`
    WITH "Step" AS MATERIALIZED (
      SELECT "username", "email", "age", "id" FROM ${from} WHERE ${where} AND ${start}
      ORDER BY ${column} ${Prisma.raw(dir)} LIMIT ${toSqlInteger(limit)}
    ), "Found" AS ${Prisma.raw(condition === null ? 'NOT MATERIALIZED' : 'MATERIALIZED')} (${found})
    SELECT
      (
        SELECT json_group_array(json_array("User"."id", "User"."username", "User"."email", "User"."age"))
        FROM "Found" CROSS JOIN "User" ON "User"."id" = "Found"."id"
      ) AS "users",
      ${readKey(
        key,
        Prisma.sql`iif(
          (SELECT count(*) FROM "Found") < ${toSqlInteger(limits.users)},
          (SELECT ${last}(${column}) FROM "Step"),
          (SELECT ${last}(${column}) FROM "Found")
        )`,
      )} AS "last",
      (SELECT count(*) FROM "Step") AS "rows"`
  const people: [id: number, username: string, email: string, age: number | null][] = JSON.parse(row?.users ?? '[]')
  return {
    users: people.map(([id, username, email, age]) => ({ id, username, email, age })),
    key: typeof row?.last === 'string' ? row.last : Number(row?.last),
    isLast: Number(row?.rows) < limit,
  }
}

// By its bytes: text that is not valid UTF-8 would come back changed, and the list would skip people or never end.
function readKey(key: Section['key'], value: Prisma.Sql): Prisma.Sql {
  return key === 'id' ? value : Prisma.sql`hex(CAST(${value} AS BLOB))`
}

function writeKey(key: Key): Prisma.Sql {
  return typeof key === 'string' ? Prisma.sql`CAST(unhex(${key}) AS TEXT)` : Prisma.sql`${BigInt(key)}`
}

// BigInt: the adapter passes numbers as REAL.
function toSqlInteger(count: number): bigint {
  return BigInt(Math.min(count, Number.MAX_SAFE_INTEGER))
}
