import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { ROOT } from '../../../server/paths.ts'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'

/** The statements that docs/access.md gives to sqlite3. */
function documentedStatements(): string[] {
  const text = readFileSync(join(ROOT, 'docs/access.md'), 'utf8')
  const [, block = ''] = /roster sqlite3 [^\n]*\\\n(.*?)```/s.exec(text) ?? []
  return [...block.matchAll(/"([^"]+)"/g)].map(([, statement = '']) => statement)
}

test('after the statements in docs/access.md nothing of a removed person is in the database file, not even in its index', () => {
  const { file, sql } = temporaryDatabase()
  addPeople(sql, listGuests(1, 9_000))
  // Many, so that one of them begins a block of the counts.
  sql.exec(`UPDATE "User" SET "username" = 'zqx' || "id", "email" = 'zqy' || "id" || '@forgotten' WHERE "id" % 3 = 0`)
  sql.exec(`DELETE FROM "User" WHERE "id" % 3 = 0`)
  // Closed, because reading the file would end the locks of the connection.
  sql.close()
  expect(readFileSync(file, 'latin1')).toMatch(/zqx|zqy|forgotten/)

  const statements = documentedStatements()
  expect(statements).toHaveLength(4)
  {
    using database = new DatabaseSync(file)
    for (const statement of statements) database.prepare(statement).all()
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  }
  expect(readFileSync(file, 'latin1')).not.toMatch(/zqx|zqy|forgotten/)
})
