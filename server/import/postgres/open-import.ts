import type pg from 'pg'
import { connectForWriting, explainWriteError } from '../../database/postgres/connect-for-writing.ts'
import { countPeople } from '../../database/postgres/seed.ts'
import { canCommit, type ImportDatabase, type RefusedRow } from '../import-database.ts'
import { FIELDS, type Field, GIVEN } from '../imported-row.ts'
import { importPeople } from './import-people.ts'
import { stageRows } from './stage.ts'

const ROWS_PER_FETCH = 1_000

/**
 * Opens the PostgreSQL database at `url` for an import.
 * @throws OperatorError when it cannot be changed.
 */
export async function openPostgresImport(url: string): Promise<ImportDatabase> {
  const explain = (error: unknown) => explainWriteError(error, url, 'changed')
  const client = await connectForWriting(url, 'import').catch((error: unknown) => {
    throw explain(error)
  })
  let hasMirrored = false
  return {
    stageRows: (rows, onProgress) => stageRows(client, rows, onProgress),
    isKeyGiven: async (key) =>
      (await client.query(`SELECT 1 FROM "ImportRow" WHERE "${key}" IS NOT NULL OR "fault" IS NOT NULL LIMIT 1`)).rowCount === 1,
    importPeople: async (options) => {
      const plan = await importPeople(client, options)
      hasMirrored = options.mode === 'mirror' && canCommit(plan, options) && plan.added + plan.changed + plan.removed > 0
      return plan
    },
    listRefusedRows: (limit) => listRefusedRows(client, limit),
    listGivenFields: async () => {
      const { rows } = await client.query<{ given: number }>('SELECT bit_or("given") AS "given" FROM "ImportRow"')
      return FIELDS.filter((field) => ((rows[0]?.given ?? 0) & GIVEN[field]) > 0)
    },
    countPeople: () => countPeople(client),
    describeCopy: () =>
      hasMirrored ? 'No copy of the database was kept: the way back is a backup of PostgreSQL, see docs/cluster-backup.md' : null,
    explain,
    close: () => client.end(),
  }
}

/** By fetching some at a time: there may be as many as people. */
async function* listRefusedRows(client: pg.Client, limit = Number.MAX_SAFE_INTEGER): AsyncGenerator<RefusedRow> {
  let last = 0
  for (let left = limit; left > 0; ) {
    const { rows } = await client.query<Record<Field, unknown> & { row: number; line: number; reason: string; original: string | null }>(
      `SELECT "row", "line", "reason", "id", "username", "email", "age", "original" FROM "ImportPlan"
       WHERE "reason" IS NOT NULL AND "row" > $1 ORDER BY "row" LIMIT $2`,
      [last, Math.min(left, ROWS_PER_FETCH)],
    )
    if (rows.length === 0) return
    for (const { row, line, reason, id, username, email, age, original } of rows) {
      yield { line, reason, cells: original === null ? { id, username, email, age } : JSON.parse(original) }
      last = row
    }
    left -= rows.length
  }
}
