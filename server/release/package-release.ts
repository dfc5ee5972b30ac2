import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { OperatorError } from '../errors.ts'
import { ROOT } from '../paths.ts'
import { precompress } from './precompress.ts'

// What of this repository a machine needs besides Next's build. No command that builds or develops, and nothing of Prisma's CLI.
const SERVER_FILES = [
  'environment',
  'errors',
  'format',
  'listen',
  'log',
  'metrics',
  'nginx-upstream',
  'paths',
  'roster',
  'secret',
  'settings',
  'worker',
]
const COMMANDS = [
  'add-people',
  'backup',
  'check',
  'check-postgres',
  'check-result',
  'export',
  'import',
  'import-options',
  'interruption',
  'move',
  'prepare',
  'progress-bar',
  'restore',
  'seed',
  'seed-postgres',
  'serve',
  'start',
  'status',
].map((name) => `commands/${name}`)
const POSTGRES_FILES = ['connection-options', 'explain-fault', 'password-file'].map((name) => `prisma/postgres/${name}.ts`)
const RELEASE_FILES = [...[...SERVER_FILES, ...COMMANDS].map((name) => `server/${name}.ts`), ...POSTGRES_FILES]
const RELEASE_FOLDERS = [
  ...[
    'server/container',
    'server/database',
    'server/http',
    'server/import',
    'server/master',
    'server/move',
    'server/site',
    'server/worker',
  ],
  ...['app/_request', 'app/_site', 'deploy/errors', 'prisma/migrations', 'prisma/postgres/migrations'],
]
const SEED_SCRIPT = 'prisma/seed.ts'

// The packages that server/ imports; Next has copied those of the pages.
const SERVER_PACKAGES = [
  ...[
    'cli-progress',
    'commander',
    'csv-parse',
    'culori',
    'fast-xml-parser',
    'ical.js',
    'negotiator',
    'pg',
    'pg-copy-streams',
    'pino',
    'pino-pretty',
  ],
  ...['prom-client', 'send'],
]

// Next compiles these into the pages, so that only a copy gets them into the list of packages.
const COMPILED_PACKAGES = ['@prisma/adapter-pg', 'uqr']

/**
 * Makes Next's standalone build in the folder `build` a release, which is all that a machine needs to run Roster besides Node: adds the
 * server, the migrations and their packages, compressed copies of the static files, and a list of the packages (sbom.cdx.json).
 * @throws OperatorError when the list cannot be made.
 */
export function completeRelease(build: string): void {
  // What an earlier version had there must not stay.
  for (const folder of ['server', 'prisma', 'app/_request', 'app/_site']) rmSync(join(build, folder), { recursive: true, force: true })
  const packages = listPackagePaths([...SERVER_PACKAGES, ...COMPILED_PACKAGES])
  for (const path of [...RELEASE_FILES, ...RELEASE_FOLDERS, SEED_SCRIPT, ...packages]) {
    cpSync(join(ROOT, path), join(build, path), { recursive: true })
  }
  removeOtherPlatforms(join(build, 'node_modules/better-sqlite3/prebuilds'))
  for (const folder of ['.next/static', 'public']) precompress(join(build, folder))
  listPackages(build)
}

// A build serves the platform that it is made on. Next's outputFileTracingExcludes does not reach what instrumentation.ts imports.
function removeOtherPlatforms(binaries: string): void {
  for (const name of readdirSync(binaries)) if (!name.startsWith(process.platform)) rmSync(join(binaries, name))
}

// Of the packages in the build, not of the lockfile: that has hundreds more, such as Prisma's CLI, as optional peers.
function listPackages(build: string): void {
  // Next leaves out what it has bundled, which npm reports as missing. Reproducible: the same build stays the same release.
  const options = ['--ignore-npm-errors', '--omit', 'dev', '--omit', 'optional', '--flatten-components', '--output-reproducible']
  const { status, stderr, error } = spawnSync('cyclonedx-npm', [...options, '--no-validate', '--output-file', 'sbom.cdx.json'], {
    cwd: build,
    encoding: 'utf8',
  })
  if (status !== 0) throw new OperatorError(`cyclonedx-npm failed in ${build}: ${error?.message ?? stderr.trim()}`)
}

/** The folders of the packages `names` and of all packages that they need, according to the lockfile. */
function listPackagePaths(names: string[]): Set<string> {
  const { packages }: { packages: Record<string, { dependencies?: Record<string, string> }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  const paths = new Set<string>()
  function add(name: string, dependent: string): void {
    const path = findPackage(name, dependent)
    if (paths.has(path)) return
    paths.add(path)
    for (const dependency of Object.keys(packages[path]?.dependencies ?? {})) add(dependency, path)
  }
  // As Node looks: within the dependent package, then in each folder above.
  function findPackage(name: string, folder: string): string {
    const path = join(folder, 'node_modules', name)
    return path in packages || folder === '.' ? path : findPackage(name, dirname(folder))
  }
  for (const name of names) add(name, '.')
  return paths
}
