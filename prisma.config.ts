import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'prisma/config'
import { databaseUrl } from './server/database/url.ts'
import { loadEnvironment } from './server/environment.ts'

loadEnvironment()
// The schema engine and the seed are TypeScript: they need the pinned Node, whichever Node runs Prisma.
process.env.PATH = [fileURLToPath(new URL('node_modules/.bin', import.meta.url)), process.env.PATH].join(delimiter)
process.env.PRISMA_SCHEMA_ENGINE_BINARY ||= fileURLToPath(new URL('prisma/schema-engine/main.ts', import.meta.url))

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'node prisma/seed.ts' },
  datasource: { url: databaseUrl() },
  // Migrations create these tables and triggers fill them; Prisma's schema language cannot describe them, so Prisma must leave them alone.
  experimental: { externalTables: true },
  tables: {
    external: [
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
    ],
  },
})
