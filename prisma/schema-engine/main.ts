#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { databaseFile } from '../../server/database/url.ts'
import { runDatabaseCommand } from './database-commands.ts'
import { EngineError } from './engine-error.ts'
import { createMethods } from './methods.ts'
import { serveRpc } from './rpc.ts'
import { loadEngine } from './wasm.ts'

const { values: flags, positionals } = parseArgs({
  strict: false, // a newer Prisma may pass more flags
  allowPositionals: true,
  options: {
    datamodels: { type: 'string', short: 'd', multiple: true },
    datasource: { type: 'string' },
    version: { type: 'boolean', short: 'V' },
    'enabled-preview-features': { type: 'string' },
    'extension-types': { type: 'string' },
  },
})

if (flags.version) {
  console.log(`schema-engine-cli ${loadEngine().version()}`)
} else if (positionals[0] === 'cli') {
  process.exitCode = await runDatabaseCommand(positionals[1] ?? '', findFile)
} else {
  await serveRpc(createMethods(findFile, readDatamodels))
}

function findFile(): string {
  const datasource: unknown = JSON.parse(String(flags.datasource ?? 'null'))
  if (typeof datasource !== 'object' || datasource === null || !('url' in datasource)) throw new EngineError('The datasource has no url')
  return databaseFile(String(datasource.url))
}

function readDatamodels(): [string, string][] {
  return (flags.datamodels ?? []).map((path) => [String(path), readFileSync(String(path), 'utf8')])
}
