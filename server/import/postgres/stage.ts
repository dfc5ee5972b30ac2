import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { type Cell, FIELDS, type Field, givenFields, type ImportedRow } from '../imported-row.ts'

const CHARACTERS_PER_CHUNK = 2 ** 16

// As SQLite reads text that is written to a column of whole numbers.
const NUMBER = /^[ \t-\r]*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[ \t-\r]*$/i

// Of COPY's text format. It has no U+0000, and U+0001 is refused with the same sentence.
const ESCAPES: Record<string, string> = { '\0': '\u0001', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' }

/** A unique field, and the column of "ImportRow" and "User" by which it is compared. */
export const UNIQUE_COLUMNS = { id: 'id', username: 'usernameKey', email: 'emailKey' } as const

/**
 * Copies `rows` into the temporary table "ImportRow" of this connection. Calls `onProgress` now and then, and returns their number. The
 * keys are those that "User" would have: the same trigger fills them.
 */
export async function stageRows(client: pg.Client, rows: AsyncIterable<ImportedRow>, onProgress: () => void): Promise<number> {
  await client.query(`
    CREATE TEMP TABLE "ImportRow" (
      "row" INTEGER NOT NULL,
      "line" INTEGER NOT NULL,
      "given" INTEGER NOT NULL,       -- which fields the file has, by bits
      "id" BIGINT,
      "username" TEXT COLLATE "C",
      "email" TEXT COLLATE "C",
      "age" BIGINT,
      "usernameKey" TEXT COLLATE "C",
      "emailKey" TEXT COLLATE "C",
      "typeFault" TEXT,               -- what has a value that these columns cannot hold
      "original" TEXT,                -- the values of such a row, as JSON
      "fault" TEXT                    -- why this row is refused, whatever is in the database
    );
    CREATE TRIGGER "ImportRow_keys" BEFORE INSERT ON "ImportRow" FOR EACH ROW EXECUTE FUNCTION "fill_keys"()`)
  let count = 0
  async function* lines(): AsyncGenerator<string> {
    let chunk = ''
    for await (const row of rows) {
      count += 1
      chunk += toCopyLine(count, row)
      if (chunk.length < CHARACTERS_PER_CHUNK) continue
      yield chunk
      chunk = ''
      onProgress()
    }
    yield chunk
  }
  const columns = '"row", "line", "given", "id", "username", "email", "age", "typeFault", "original", "fault"'
  await pipeline(Readable.from(lines()), client.query(copyFrom(`COPY "ImportRow" (${columns}) FROM STDIN`)))
  for (const field of ['id', 'username', 'email'] as const) await refuseDuplicates(client, field)
  await client.query('ANALYZE "ImportRow"')
  return count
}

// No two people can have the same, whatever the database has: the first row counts.
async function refuseDuplicates(client: pg.Client, field: keyof typeof UNIQUE_COLUMNS): Promise<void> {
  const column = UNIQUE_COLUMNS[field]
  await client.query(`
    UPDATE "ImportRow" SET "fault" = '${field} is also in line ' || "Twice"."line"
    FROM (
      SELECT "${column}" AS "value", min("row") AS "row", min("line") AS "line" FROM "ImportRow"
      WHERE "${column}" IS NOT NULL GROUP BY 1 HAVING count(*) > 1
    ) AS "Twice"
    WHERE "ImportRow"."${column}" = "Twice"."value" AND "ImportRow"."row" > "Twice"."row" AND "fault" IS NULL`)
}

/** `row` as a line of COPY's text format. */
function toCopyLine(number: number, { line, cells, fault }: ImportedRow): string {
  const id = toInteger(cells.id)
  const username = toText(cells.username)
  const email = toText(cells.email)
  const age = toInteger(cells.age)
  const typeFault =
    (id === undefined && 'id must be a whole number') ||
    (username === undefined && 'username must be text') ||
    (email === undefined && 'email must be text') ||
    (age === undefined && 'age must be a whole number') ||
    null
  const hasNul = Boolean(username?.includes('\0') || email?.includes('\0'))
  const original = typeFault !== null || hasNul ? writeOriginal(cells) : null
  const values = [number, line, givenFields(cells), id, username, email, age, typeFault, original, fault]
  return `${values.map(toCopyValue).join('\t')}\n`
}

/** Undefined for what is no whole number. */
function toInteger(cell: Cell | undefined): number | null | undefined {
  if (cell === null || cell === undefined) return null
  const number = typeof cell === 'string' && NUMBER.test(cell) ? Number(cell) : cell
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined
}

/** Undefined for what is neither text nor a number. */
function toText(cell: Cell | undefined): string | null | undefined {
  if (cell === null || cell === undefined) return null
  return cell instanceof Uint8Array ? undefined : String(cell)
}

function writeOriginal(cells: ImportedRow['cells']): string {
  const readable = (cell: Cell | undefined) => (cell instanceof Uint8Array ? Buffer.from(cell).toString() : cell)
  return JSON.stringify(Object.fromEntries(FIELDS.map((field: Field) => [field, readable(cells[field])])))
}

function toCopyValue(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '\\N'
  return String(value).replaceAll(/[\0\t\n\r\\]/g, (character) => ESCAPES[character] ?? character)
}
