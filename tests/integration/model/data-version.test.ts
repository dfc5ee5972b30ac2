import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { addNamedPeople } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { modelOn } from './model-on.ts'

test.each(['WAL', 'DELETE'])('the version of a database in %s mode is another one after each commit, and only then', async (mode) => {
  const database = temporaryDatabase()
  const { sql, file } = database
  addNamedPeople(sql)
  sql.exec(`PRAGMA journal_mode = ${mode}`)
  const { readDataVersion, findUser } = await modelOn(database)
  const versions = [await readDataVersion()]
  for (const commit of [
    () => sql.exec('UPDATE "User" SET "age" = 37 WHERE "id" = 3'),
    () => execFileSync('sqlite3', [file, 'UPDATE "User" SET "age" = 36 WHERE "id" = 3']),
    () => sql.exec('BEGIN; UPDATE "User" SET "age" = 38 WHERE "id" = 3; DELETE FROM "User" WHERE "id" = 4; COMMIT'),
  ]) {
    commit()
    versions.push(await readDataVersion())
  }
  expect(new Set(versions).size).toBe(4)
  // Neither a reader's own queries, nor a transaction that is not committed, nor a checkpoint.
  await findUser(3)
  sql.exec('BEGIN; UPDATE "User" SET "age" = 39 WHERE "id" = 3; ROLLBACK; PRAGMA wal_checkpoint(PASSIVE)')
  expect(await readDataVersion()).toBe(versions.at(-1))
})
