import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'

const NODE_SQLITE = ['node:sqlite']
const EXPORT = 'server/commands/export.ts'
const BETTER_SQLITE = ['better-sqlite3', '@prisma/adapter-better-sqlite3']

// Imports and re-exports that are there when the code runs, as Biome formats them; those of types are not.
const IMPORT = /^(?:import (?!type )(?:[^'"]*? from )?|export (?:\*|\{)[^'"]*? from )'([^']+)'|\bimport\('([^']+)'\)/gm

/** Every file that a process loads that begins with `entries`, and every package. */
function listImports(entries: string[], except: string[] = []): Set<string> {
  const found = new Set<string>(except)
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    for (const [, statically, dynamically] of readFileSync(join(ROOT, file), 'utf8').matchAll(IMPORT)) {
      const name = statically ?? dynamically ?? ''
      // Prisma's generated client opens no file by itself, and need not be there.
      if (!name.startsWith('.') || name.includes('/generated/')) found.add(name)
      else if (/\.(?:ts|tsx|mjs)$/.test(name)) visit(normalize(join(dirname(file), name)))
    }
  }
  for (const entry of entries) visit(entry)
  return found
}

// Closing a file in one library drops the locks that the other one holds on it in the same process.
test.each([
  // Next loads the pages in the worker.
  {
    entries: ['server/worker/worker.ts', 'instrumentation.ts', 'app/users/page.tsx', 'app/user/profile/[id]/page.tsx'],
    through: ['server/http/web-server.ts', 'app/_models/user.ts', 'app/_models/sqlite/database.ts'],
    uses: '@prisma/adapter-better-sqlite3',
    never: NODE_SQLITE,
  },
  // In a process of its own, as each command.
  {
    entries: [EXPORT],
    through: ['app/_models/sqlite/database.ts', 'server/database/sqlite/file-checks.ts'],
    uses: '@prisma/adapter-better-sqlite3',
    never: NODE_SQLITE,
  },
  {
    entries: ['prisma/schema-engine/main.ts'],
    through: ['prisma/schema-engine/sqlite/database.ts'],
    uses: '@prisma/adapter-better-sqlite3',
    never: NODE_SQLITE,
  },
  {
    entries: ['server/roster.ts', 'server/container/start.ts'],
    through: [
      'server/master/master.ts',
      'server/master/worker-pool.ts',
      'server/metrics.ts',
      'server/database/sqlite/prepare.ts',
      'server/database/sqlite/copy.ts',
      'server/database/sqlite/seed.ts',
      'server/database/sqlite/migrate.ts',
    ],
    except: [EXPORT],
    uses: 'node:sqlite',
    never: BETTER_SQLITE,
  },
  { entries: ['prisma/seed.ts'], through: ['server/database/sqlite/seed.ts'], except: [EXPORT], uses: 'node:sqlite', never: BETTER_SQLITE },
])('$entries.0 uses one SQLite library: $uses', ({ entries, through, except, uses, never }) => {
  const imports = listImports(entries, except)
  expect([...imports]).toEqual(expect.arrayContaining([...through, uses]))
  expect(never.filter((name) => imports.has(name))).toEqual([])
})
