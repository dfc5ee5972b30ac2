import { rmSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { createDatabaseFile } from '../../server/database/file-checks.ts'
import { createConnectionFactory, Database } from './database.ts'
import { EngineError, toEngineError } from './engine-error.ts'

/** Runs `schema-engine cli <command>` on the SQLite file `findFile()` and returns the exit code. Prisma reads the error from stderr. */
export async function runDatabaseCommand(command: string, findFile: () => string): Promise<number> {
  log('INFO', { message: `schema-engine cli ${command}` }) // Prisma skips the first line
  try {
    const file = findFile()
    if (command === 'can-connect-to-database') await checkDatabase(file)
    else if (command === 'create-database') createDatabaseFile(file)
    else if (command === 'drop-database') dropDatabase(file)
    else throw new EngineError(`Unknown command: cli ${command}`)
    return 0
  } catch (error) {
    const { code, message } = toEngineError(error)
    log('ERROR', { message, error_code: code })
    return 1
  }
}

/** @throws EngineError unless `file` is a readable SQLite database. */
export async function checkDatabase(file: string): Promise<void> {
  if (!statSync(file, { throwIfNoEntry: false })) throw new EngineError(`Database \`${basename(file)}\` does not exist`, 'P1003')
  try {
    const connection = await createConnectionFactory(file).connect()
    await new Database(connection).query('PRAGMA schema_version')
    await connection.dispose()
  } catch (error) {
    throw new EngineError(`${toEngineError(error).message}: ${file}`)
  }
}

function dropDatabase(file: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}

function log(level: 'INFO' | 'ERROR', fields: { message: string; error_code?: string | null }): void {
  console.error(JSON.stringify({ level, target: 'schema_engine::logger', fields }))
}
