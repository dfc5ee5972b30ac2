import { existsSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { errorMessage } from '../../errors.ts'
import { writeDraft } from './copy.ts'
import { applyMigrations, listMigrations, listPendingMigrations } from './migrate.ts'
import { enlargeCache, openDatabase } from './sqlite.ts'
import { hasMigrationsTable, verifyDatabase } from './verify.ts'

/** A verified copy of a backup, in the schema of this release. */
export type StagedDatabase = { people: number; migrations: string[] }

/**
 * Copies the database `backup`, which is only read, to the new file `draft`, in pages of `pageBytes`; migrates and verifies the copy. Returns
 * the people in it and the migrations that it lacked.
 * @throws Error whose message is about "it"; the caller removes the draft.
 */
export function stageDatabase(backup: string, draft: string, pageBytes: number): StagedDatabase {
  copyBackup(backup, draft)
  using database = openDatabase(draft)
  const pending = listPendingMigrations(database)
  if (pending.length === listMigrations().length) throw new Error('it is an empty database; name another backup')
  enlargeCache(database)
  if (pending.length > 0) applyMigrations(database, pending)
  if (database.prepare('PRAGMA page_size').get()?.page_size !== pageBytes) database.exec(`PRAGMA page_size = ${pageBytes}; VACUUM`)
  return { people: verify(database), migrations: pending.map(({ name }) => name) }
}

function copyBackup(backup: string, draft: string): void {
  const isAlone = !existsSync(`${backup}-wal`) && !existsSync(`${backup}-journal`)
  // SQLite then needs no file beside it, which could not be created on a read-only disk.
  using database = openDatabase(backup, { isReadOnly: true, isImmutable: isAlone })
  if (!hasMigrationsTable(database)) throw new Error('it is not a backup of Roster; name another file')
  // Before it is copied: one of a newer release is refused.
  listPendingMigrations(database)
  writeDraft(database, draft)
}

function verify(database: DatabaseSync): number {
  try {
    return verifyDatabase(database)
  } catch (error) {
    throw new Error(`${errorMessage(error)}; name another backup`, { cause: error })
  }
}
