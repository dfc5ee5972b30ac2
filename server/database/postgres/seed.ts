// Plain SQL: Prisma's client takes many times as long for a million people.
import type pg from 'pg'
import { type Person, SAMPLE_PEOPLE } from '../sample-people.ts'
import { generatePerson } from '../sqlite/people.ts'

// Short enough for an interruption to lose little, long enough for the counts of ages to be few rows.
const PEOPLE_PER_STATEMENT = 25_000

// As in seed.ts.
const MAX_INDEX = 2 ** 30
const MISSING_IN_A_ROW = 16

/** As `seedSamplePeople` of seed.ts, on PostgreSQL. */
export function seedSamplePeople(client: pg.Client, limit = SAMPLE_PEOPLE.length): Promise<number> {
  return insertPeople(client, SAMPLE_PEOPLE, limit)
}

/** As `fillUp` of seed.ts, on PostgreSQL. */
export async function* fillUp(client: pg.Client, target: number): AsyncGenerator<{ added: number; people: number }> {
  let people = await countPeople(client)
  if (people >= target) return
  const samples = await seedSamplePeople(client, target - people)
  people += samples
  yield { added: samples, people }

  let index = await findNextIndex(client)
  while (people < target) {
    const first = index
    const length = Math.min(PEOPLE_PER_STATEMENT, target - people)
    const generated = Array.from({ length }, (_, offset) => generatePerson(first + offset))
    const added = await insertPeople(client, generated, length)
    index += length
    // Counted again, as other programs may have added or deleted people.
    people = await countPeople(client)
    yield { added, people }
  }
}

export async function countPeople(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ people: number }>('SELECT count(*)::float8 AS people FROM "User"')
  return rows[0]?.people ?? 0
}

/** After many people were added: late pages read indexes alone, and searches are planned by what names there are now. */
export async function refreshStatistics(client: pg.Client): Promise<void> {
  await client.query('VACUUM (ANALYZE) "User"')
}

/** The index after the last generated person in the database, by binary search. */
async function findNextIndex(client: pg.Client): Promise<number> {
  let low = 0
  let high = MAX_INDEX
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const people = Array.from({ length: MISSING_IN_A_ROW }, (_, offset) => generatePerson(middle + offset))
    if (await isAnyThere(client, people)) low = middle + 1
    else high = middle
  }
  return low
}

async function isAnyThere(client: pg.Client, people: Person[]): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT 1 FROM unnest($1::text[], $2::text[]) AS "Person" ("name", "address")
     JOIN "User" ON "usernameKey" = "fold_text"("name") AND "username" = "name" AND "email" = "address" LIMIT 1`,
    [people.map(({ username }) => username), people.map(({ email }) => email)],
  )
  return rowCount === 1
}

/**
 * Inserts the first `limit` of `people` whose username and email are free, and returns their number. Not ON CONFLICT DO NOTHING, which
 * uses up an id for each row that it ignores: seeding twice must change nothing.
 */
async function insertPeople(client: pg.Client, people: readonly Person[], limit: number): Promise<number> {
  const { rowCount } = await client.query(
    `INSERT INTO "User" ("username", "email", "age")
     SELECT "name", "address", "years" FROM unnest($1::text[], $2::text[], $3::int[]) WITH ORDINALITY AS "Person" ("name", "address", "years", "place")
     WHERE NOT EXISTS (SELECT 1 FROM "User" WHERE "usernameKey" = "fold_text"("name"))
       AND NOT EXISTS (SELECT 1 FROM "User" WHERE "emailKey" = "fold_text"("address"))
     ORDER BY "place" LIMIT $4`,
    [people.map(({ username }) => username), people.map(({ email }) => email), people.map(({ age }) => age), limit],
  )
  return rowCount ?? 0
}
