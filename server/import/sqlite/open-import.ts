import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { findFreeBackupFile } from '../../database/sqlite/backup-files.ts'
import { copyDatabase } from '../../database/sqlite/copy.ts'
import { openForWriting, writeProblem } from '../../database/sqlite/open-for-writing.ts'
import { countPeople } from '../../database/sqlite/seed.ts'
import { enlargeCache, openDatabase, truncateWal } from '../../database/sqlite/sqlite.ts'
import { OperatorError } from '../../errors.ts'
import { canCommit, type ImportDatabase, type ImportOptions, type Plan, type RefusedRow } from '../import-database.ts'
import { FIELDS, GIVEN } from '../imported-row.ts'
import { importPeople } from './import-people.ts'
import { stageRows } from './stage.ts'

/**
 * Opens the SQLite database in `file` for an import.
 * @throws OperatorError when it cannot be changed.
 */
export function openSqliteImport(file: string): ImportDatabase {
  // By default SQLite takes a folder that may be a small one in memory; the one of the database has room for the people anyway.
  process.env.SQLITE_TMPDIR ??= dirname(file)
  const explain = (error: unknown) => {
    const problem = writeProblem(error)
    return problem === null ? error : new OperatorError(`The database ${file} cannot be changed: ${problem}`)
  }
  const database = open(file, explain)
  let copy: string | null = null
  return {
    stageRows: (rows, onProgress) => stageRows(database, rows, onProgress),
    isKeyGiven: async (key) =>
      database.prepare(`SELECT 1 FROM "ImportRow" WHERE "${key}" IS NOT NULL OR "fault" IS NOT NULL LIMIT 1`).get() !== undefined,
    importPeople: async (options) => {
      const imported = await importWithCopy(database, file, options)
      copy = imported.copy
      return imported.plan
    },
    listRefusedRows: (limit) => listRefusedRows(database, limit),
    listGivenFields: async () => {
      const { given } = database.prepare('SELECT group_concat(DISTINCT "given") AS "given" FROM "ImportRow"').get() ?? {}
      const bits = String(given ?? '')
        .split(',')
        .reduce((all, each) => all | Number(each), 0)
      return FIELDS.filter((field) => (bits & GIVEN[field]) > 0)
    },
    countPeople: async () => countPeople(database),
    describeCopy: () => (copy === null ? null : `The database before the import is in ${copy}`),
    explain,
    close: async () => database.close(),
  }
}

function open(file: string, explain: (error: unknown) => unknown): DatabaseSync {
  try {
    return openForWriting(file)
  } catch (error) {
    throw explain(error)
  }
}

/** A mirror keeps a copy of the database as `roster backup` makes it, if it changes something. */
async function importWithCopy(database: DatabaseSync, file: string, options: ImportOptions): Promise<{ plan: Plan; copy: string | null }> {
  // Not before: sorting the rows would take as much memory, too.
  enlargeCache(database)
  let copy: string | null = null
  let isCommitted = false
  try {
    const plan = await importPeople(database, {
      ...options,
      onBeforeWrite: () => {
        if (options.mode === 'mirror') copy = keepCopy(file)
      },
    })
    isCommitted = canCommit(plan, options)
    // A database that nothing was written to stays as it is for all who watch it.
    if (isCommitted && plan.added + plan.changed + plan.removed > 0) truncateWal(database)
    return { plan, copy: isCommitted ? copy : null }
  } finally {
    if (copy !== null && !isCommitted) rmSync(copy)
  }
}

function keepCopy(file: string): string {
  const copy = findFreeBackupFile(file, dirname(file))
  // With a connection of its own: the large cache of the other one would count twice.
  using database = openDatabase(file, { isReadOnly: true })
  copyDatabase(database, copy)
  return copy
}

async function* listRefusedRows(database: DatabaseSync, limit = -1): AsyncGenerator<RefusedRow> {
  const rows = database.prepare('SELECT * FROM "ImportRow" WHERE "reason" IS NOT NULL ORDER BY "row" LIMIT ?').iterate(limit)
  for (const { line, reason, id, username, email, age } of rows)
    yield { line: Number(line), reason: String(reason), cells: { id, username, email, age } }
}
