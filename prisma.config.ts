import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'
import { databaseUrl, isPostgresUrl } from './server/database/url.ts'
import { loadEnvironment } from './server/environment.ts'

loadEnvironment()
// The schema engine and the seed are TypeScript: they need the pinned Node, whichever Node runs Prisma.
process.env.PATH = [fileURLToPath(new URL('node_modules/.bin', import.meta.url)), process.env.PATH].join(delimiter)
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= fileURLToPath(new URL('prisma/schema-engine/main.ts', import.meta.url))

// Prisma allows a schema one kind of database: each has its own folder.
const { DATABASE_URL } = process.env
const isPostgres = isPostgresUrl(DATABASE_URL)
const folder = isPostgres ? 'prisma/postgres' : 'prisma'

const SQLITE_TABLES = [
  'UserSearch',
  'UserSearch_data',
  'UserSearch_idx',
  'UserSearch_config',
  'UsernameSearch',
  'UsernameSearch_data',
  'UsernameSearch_idx',
  'UsernameSearch_config',
  'UserReplaced',
  'UserAgeCount',
  'UserKeyCount',
  'UserText',
  'Folding',
  'UserRefusal',
  'UserTextRule',
]

export default defineConfig({
  schema: `${folder}/schema.prisma`,
  migrations: { path: `${folder}/migrations`, seed: 'node prisma/seed.ts' },
  datasource: { url: isPostgres ? DATABASE_URL : databaseUrl() },
  // Migrations create these tables and triggers fill them; Prisma's schema language cannot describe them, so Prisma must leave them alone.
  experimental: { externalTables: true },
  tables: { external: isPostgres ? ['public.UserAgeCount', 'public.Folding', 'public.Installation'] : SQLITE_TABLES },
})
