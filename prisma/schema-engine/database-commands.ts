import { EngineError, toEngineError } from './engine-error.ts'
import type { Target } from './target.ts'

/** Runs `schema-engine cli <command>` on the database `findTarget()` and returns the exit code. Prisma reads the error from stderr. */
export async function runDatabaseCommand(command: string, findTarget: () => Target): Promise<number> {
  log('INFO', { message: `schema-engine cli ${command}` }) // Prisma skips the first line
  try {
    const target = findTarget()
    if (command === 'can-connect-to-database') await target.check()
    else if (command === 'create-database') await target.create()
    else if (command === 'drop-database') await target.drop()
    else throw new EngineError(`Unknown command: cli ${command}`)
    return 0
  } catch (error) {
    const { code, message } = toEngineError(error)
    log('ERROR', { message, error_code: code })
    return 1
  }
}

function log(level: 'INFO' | 'ERROR', fields: { message: string; error_code?: string | null }): void {
  console.error(JSON.stringify({ level, target: 'schema_engine::logger', fields }))
}
