import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { nginxUpstream } from '../../server/nginx-upstream.ts'
import { ROOT } from '../../server/paths.ts'
import { installedFile, installRoster } from '../fixtures/install-roster.ts'

// Static imports and re-exports of values as Biome formats them, and import() calls.
const IMPORT = /^(?:import (?!type )(?:[^'"]*? from )?|export (?:\*|\{)[^'"]*? from )'([^']+)'|(?<!typeof )\bimport\('([^']+)'\)/gm

const ENTRIES = ['server/roster.ts', 'server/worker.ts', 'server/container/start.ts', 'server/container/health.ts', 'prisma/seed.ts']
// Commands for a clone only: `roster` loads each by import() when it is called.
const CLONE_COMMANDS = ['build', 'dev'].map((name) => `server/commands/${name}.ts`)
const BUILD_MODULE = 'server/release/build.ts'

/** What the code in `release` imports, beginning with the entries: paths of files, and names of packages. */
function listImports(release: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file) || !existsSync(join(release, file))) return void files.add(file)
    files.add(file)
    for (const [, statically, dynamically] of readFileSync(join(release, file), 'utf8').matchAll(IMPORT)) {
      const name = statically ?? dynamically ?? ''
      const path = normalize(join(dirname(file), name))
      if (name.startsWith('.')) {
        if (!(dynamically && [...CLONE_COMMANDS, BUILD_MODULE].includes(path))) visit(path)
      } else if (!isBuiltin(name)) packages.add(name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
    }
  }
  for (const entry of ENTRIES) visit(entry)
  return { files, packages }
}

// Installed, as a release within the clone would find the clone's packages.
describe('a release', () => {
  let root: string
  let release: string

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'roster-test-'))
    installRoster(root, '--no-nginx')
    release = installedFile(root, '')
  })

  afterAll(() => rmSync(root, { recursive: true }))

  function run(script: string, ...scriptArguments: string[]) {
    return runOn(`file:${join(root, 'roster.db')}`, script, ...scriptArguments)
  }

  function runOn(url: string, script: string, ...scriptArguments: string[]) {
    return spawnSync(installedFile(root, 'bin/node'), [script, ...scriptArguments], {
      cwd: root,
      encoding: 'utf8',
      env: { NODE_ENV: 'production', DATABASE_URL: url, SEED: 'none' },
    })
  }

  test('contains everything that its entry points import', () => {
    const { files, packages } = listImports(release)
    expect([...files]).toEqual(expect.arrayContaining(['server/master/master.ts', 'server/http/web-server.ts', 'server/nginx-upstream.ts']))
    expect([...files].filter((file) => !existsSync(join(release, file)))).toEqual([])
    expect([...packages]).toEqual(expect.arrayContaining(['pino', 'send']))
    expect([...packages].filter((name) => !existsSync(join(release, 'node_modules', name)))).toEqual([])
  })

  test('contains nothing to build or develop with', () => {
    const absent = [...CLONE_COMMANDS, 'server/release', 'server/bootstrap.mjs', 'server/take-turns.mjs', 'prisma/schema-engine', 'tests']
    expect(absent.filter((path) => existsSync(join(release, path)))).toEqual([])
    const packages = readdirSync(join(release, 'node_modules'))
    expect(packages).toContain('next')
    for (const name of ['prisma', 'typescript', 'tailwindcss', 'vitest', '@biomejs']) expect(packages).not.toContain(name)
    expect(existsSync(join(release, 'node_modules/@prisma/schema-engine-wasm'))).toBe(false)
  })

  test('lists its packages, and no others', () => {
    const { components } = JSON.parse(readFileSync(join(release, 'sbom.cdx.json'), 'utf8'))
    const names = components.map(({ group, name }: { group?: string; name: string }) => (group ? `${group}/${name}` : name))
    // Next compiles server-only into the pages.
    const { 'server-only': _, ...installed } = packageJson.dependencies
    expect(names).toEqual(expect.arrayContaining(Object.keys(installed)))
    for (const name of ['prisma', 'typescript', '@biomejs/biome', 'sharp']) expect(names).not.toContain(name)
  })

  test('has what PostgreSQL needs', () => {
    const migrations = 'prisma/postgres/migrations'
    expect(readdirSync(join(release, migrations))).toEqual(readdirSync(join(ROOT, migrations)))
    const { status, stderr } = runOn('postgresql://web@127.0.0.1:1/roster', join(release, 'server/roster.ts'), 'status')
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining('cannot be reached: connect ECONNREFUSED') })
  })

  test('runs the commands without a clone', () => {
    expect(run(join(release, 'server/roster.ts'), 'prepare')).toMatchObject({ status: 0, stderr: '' })
    expect(run(join(release, 'server/roster.ts'), 'status')).toMatchObject({ status: 0, stderr: '' })
    expect(run(join(release, 'prisma/seed.ts'))).toMatchObject({ status: 0, stderr: '' })
    expect(run(join(release, 'server/roster.ts'), 'seed', '--count', '20')).toMatchObject({ status: 0 })
    expect(run(join(release, 'server/roster.ts'), 'backup', join(root, 'copy.db'))).toMatchObject({ status: 0, stderr: '' })
    expect(run(join(release, 'server/roster.ts'), 'nginx-upstream', '3').stdout).toBe(nginxUpstream(3))
  })
})
