import type { DatabaseSync } from 'node:sqlite'

// As in the migration count_keys, whose triggers split blocks of twice as many people.
const PEOPLE_PER_BLOCK = 4_096

const KEYS = { id: 0, username: '', email: '' } as const

/** Counts everybody in "UserKeyCount" anew. */
export function countKeys(database: DatabaseSync): void {
  database.exec('DELETE FROM "UserKeyCount"')
  for (const [key, lowest] of Object.entries(KEYS))
    database
      .prepare(`
        WITH RECURSIVE "Block" ("start") AS (
          SELECT :lowest
          UNION ALL
          SELECT (SELECT "${key}" FROM "UserText" WHERE "${key}" >= "Block"."start" ORDER BY "${key}" LIMIT 1 OFFSET ${PEOPLE_PER_BLOCK}) AS "next"
          FROM "Block" WHERE "next" IS NOT NULL
        )
        INSERT INTO "UserKeyCount" ("key", "start", "people")
        SELECT :key, "start", (SELECT count(*) FROM (SELECT 1 FROM "UserText" WHERE "${key}" >= "Block"."start" ORDER BY "${key}" LIMIT ${PEOPLE_PER_BLOCK}))
        FROM "Block"`)
      .run({ key, lowest })
}

/** The keys whose blocks are not what is counted in "UserText". */
export function findMiscountedKeys(database: DatabaseSync): string[] {
  return Object.entries(KEYS).flatMap(([key, lowest]) => {
    const blocks = database.prepare('SELECT "start", "people" FROM "UserKeyCount" WHERE "key" = ? ORDER BY "start"').all(key)
    const count = database.prepare(`SELECT count(*) AS "people" FROM "UserText" WHERE "${key}" >= ? AND "${key}" < ?`)
    const countRest = database.prepare(`SELECT count(*) AS "people" FROM "UserText" WHERE "${key}" >= ?`)
    const isRight = blocks.every(({ start = null, people }, index) => {
      const next = blocks[index + 1]?.start
      return people === (next == null ? countRest.get(start) : count.get(start, next))?.people
    })
    return isRight && blocks[0]?.start === lowest ? [] : [key]
  })
}
