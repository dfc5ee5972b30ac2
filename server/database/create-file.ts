import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'

// The people in it are nobody else's business, and SQLite would make one that everybody may read.
const FOLDER_MODE = 0o750
const FILE_MODE = 0o640

/** Makes `file`, empty, and its folder; what is there stays as it is. */
export function createDatabaseFile(file: string): void {
  createDatabaseFolder(dirname(file))
  closeSync(openSync(file, 'a', FILE_MODE))
}

/** Makes `folder` where it is not there yet. */
export function createDatabaseFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: FOLDER_MODE })
}
