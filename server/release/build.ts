import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OperatorError } from '../errors.ts'
import { ROOT } from '../paths.ts'
import { takeTurns } from '../take-turns.mjs'

const STANDALONE = join(ROOT, '.next/standalone')
const STAMP = join(STANDALONE, '.complete')
// Prisma allows a schema one kind of database.
const PRISMA_SCHEMAS = ['prisma/schema.prisma', 'prisma/postgres/schema.prisma']
const SOURCES = [
  'app',
  'instrumentation.ts',
  'public',
  ...PRISMA_SCHEMAS,
  'next.config.js',
  'postcss.config.mjs',
  'tsconfig.json',
  'package-lock.json',
]

/** Builds the standalone server into `.next/standalone` unless it is newer than every source. */
export async function buildIfStale(): Promise<void> {
  if (!isNewer(STAMP, SOURCES)) await takeTurns(ROOT, 'building', build)
}

function build(): void {
  // Another process may have done it meanwhile.
  if (isNewer(STAMP, SOURCES)) return
  console.log('Building …')
  rmSync(STAMP, { force: true })
  generatePrismaClientIfStale()
  run('next', ['build'])
  // Next leaves both out of the standalone folder, for a CDN to serve: https://nextjs.org/docs/app/api-reference/config/next-config-js/output
  cpSync(join(ROOT, '.next/static'), join(STANDALONE, '.next/static'), { recursive: true })
  cpSync(join(ROOT, 'public'), join(STANDALONE, 'public'), { recursive: true })
  writeFileSync(STAMP, '')
}

export function generatePrismaClientIfStale(): void {
  for (const schema of PRISMA_SCHEMAS) {
    const client = join(ROOT, dirname(schema), 'generated/client.ts')
    if (!isNewer(client, [schema, 'package-lock.json'])) run('prisma', ['generate', '--schema', schema])
  }
}

function isNewer(file: string, sources: string[]): boolean {
  return existsSync(file) && sources.every((source) => newestChange(join(ROOT, source)) <= statSync(file).mtimeMs)
}

// A folder's own time counts as well: it changes when a file in it is removed.
function newestChange(path: string): number {
  const { mtimeMs } = statSync(path)
  if (!statSync(path).isDirectory()) return mtimeMs
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

function run(command: string, commandArguments: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(command, commandArguments, {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', NODE_ENV: 'production' },
  })
  if (status === 0) return
  console.error(`${stdout ?? ''}${stderr ?? ''}`.trim())
  throw new OperatorError(`${[command, ...commandArguments].join(' ')} failed${error ? `: ${error.message}` : '; its output is above'}`)
}
