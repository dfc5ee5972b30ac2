import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ImportOptions } from '../../../server/import/import-database.ts'
import type { ImportedRow } from '../../../server/import/imported-row.ts'
import { openImport } from '../../../server/import/open-import.ts'
import { type Directory, ENGINES } from '../../fixtures/engines.ts'
import { connect } from '../../fixtures/postgres-server.ts'

const OPTIONS: Omit<ImportOptions, 'mode'> = {
  key: 'email',
  isDryRun: false,
  isBadSkipped: false,
  maxDelete: { percent: 100 },
  onBeforeCommit: async () => {},
  onProgress: () => {},
  checkInterruption: () => {},
}

async function* rows(): AsyncGenerator<ImportedRow> {
  yield { line: 2, cells: { username: 'ada', email: 'ada@example.com', age: 36 }, fault: null }
}

/** Imports Ada; when the import has compared and waits for what another program has written, that is committed. */
async function importWhile({ url, query }: Directory, write: string, mode: 'upsert' | 'mirror' = 'upsert') {
  const other = await connect(url)
  await other.query(`BEGIN; ${write}`)
  const database = await openImport({ engine: 'postgres', url })
  try {
    await database.stageRows(rows(), () => {})
    const importing = database.importPeople({ ...OPTIONS, mode })
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'roster import' AND wait_event_type = 'Lock'`
    while ((await query(waiting)).length === 0) await setTimeout(10)
    await other.query('COMMIT')
    return { plan: await importing, people: await query('SELECT "username", "age" FROM "User" ORDER BY "id"') }
  } finally {
    await database.close()
  }
}

describe.each(ENGINES.filter(({ name }) => name === 'PostgreSQL'))('on $name', ({ start }) => {
  const temporaryDirectory = start()

  test('a person who was added meanwhile is changed', async () => {
    const directory = await temporaryDirectory()
    const write = `INSERT INTO "User" ("username", "email") VALUES ('Countess', 'ADA@example.com')`
    const { plan, people } = await importWhile(directory, write)
    expect(plan).toMatchObject({ added: 0, changed: 1, refused: 0 })
    expect(people).toEqual([{ username: 'ada', age: 36 }])
  })

  test('a username that was taken meanwhile refuses the row, and nothing is written', async () => {
    const directory = await temporaryDirectory()
    const write = `INSERT INTO "User" ("username", "email") VALUES ('Ada', 'other@example.com')`
    const { plan, people } = await importWhile(directory, write)
    expect(plan).toMatchObject({ added: 0, changed: 0, refused: 1 })
    expect(people).toEqual([{ username: 'Ada', age: null }])
  })

  test('a person who was changed meanwhile is removed', async () => {
    const directory = await temporaryDirectory()
    await directory.addPeople([{ id: 1, username: 'bob', email: 'bob@example.com', age: 5 }])
    const { plan, people } = await importWhile(directory, 'UPDATE "User" SET "age" = 6', 'mirror')
    expect(plan).toMatchObject({ added: 1, removed: 1 })
    expect(people).toEqual([{ username: 'ada', age: 36 }])
  })
})
