import { expect, test } from 'vitest'
import { openForWriting } from '../../../server/database/sqlite/open-for-writing.ts'
import { importPeople } from '../../../server/import/sqlite/import-people.ts'
import { stageRows } from '../../../server/import/sqlite/stage.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

const OPTIONS = { key: 'email', mode: 'upsert', isDryRun: false, isBadSkipped: false, maxDelete: { people: 0 } } as const

async function* rows() {
  yield { line: 2, cells: { username: 'ada', email: 'ada@example.com', age: 36 }, fault: null }
}

/** Imports Ada while another program runs `write` after the comparison and before the transaction. */
async function importWhile(write: string) {
  const { file, sql } = temporaryDatabase()
  using database = openForWriting(file)
  await stageRows(database, rows(), () => {})
  const plan = await importPeople(database, {
    ...OPTIONS,
    onBeforeWrite: () => sql.exec(write),
    onBeforeCommit: async () => {},
    onProgress: () => {},
    checkInterruption: () => {},
  })
  return { plan, people: sql.prepare('SELECT "username", "age" FROM "User" ORDER BY "id"').all() }
}

test('a person who was added meanwhile is changed', async () => {
  const { plan, people } = await importWhile(`INSERT INTO "User" ("username", "email") VALUES ('Countess', 'ADA@example.com')`)
  expect(plan).toMatchObject({ added: 0, changed: 1, refused: 0 })
  expect(people).toEqual([{ username: 'ada', age: 36 }])
})

test('a username that was taken meanwhile refuses the row, and nothing is written', async () => {
  const { plan, people } = await importWhile(`INSERT INTO "User" ("username", "email") VALUES ('Ada', 'other@example.com')`)
  expect(plan).toMatchObject({ added: 0, changed: 0, refused: 1 })
  expect(people).toEqual([{ username: 'Ada', age: null }])
})
