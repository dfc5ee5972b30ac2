#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { databaseFile, isPostgresUrl } from '../../server/database/url.ts'
import { runDatabaseCommand } from './database-commands.ts'
import { EngineError } from './engine-error.ts'
import { createMethods } from './methods.ts'
import { postgresTarget } from './postgres/target.ts'
import { serveRpc } from './rpc.ts'
import { sqliteTarget } from './sqlite/target.ts'
import type { Target } from './target.ts'
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
  process.exitCode = await runDatabaseCommand(positionals[1] ?? '', findTarget)
} else {
  await serveRpc(createMethods(findTarget, readDatamodels))
}

function findTarget(): Target {
  const datasource: unknown = JSON.parse(String(flags.datasource ?? 'null'))
  if (typeof datasource !== 'object' || datasource === null || !('url' in datasource)) throw new EngineError('The datasource has no url')
  const url = String(datasource.url)
  return isPostgresUrl(url) ? postgresTarget(url) : sqliteTarget(databaseFile(url))
}

function readDatamodels(): [string, string][] {
  return (flags.datamodels ?? []).map((path) => [String(path), readFileSync(String(path), 'utf8')])
}
