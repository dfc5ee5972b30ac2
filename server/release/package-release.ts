import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../paths.ts'

// What the server needs besides Next, which has put its own packages into the build.
const SERVER_PACKAGES = ['cli-progress', 'commander', 'negotiator', 'pino', 'pino-pretty', 'prom-client', 'send']

/**
 * Puts the server around Next, the migrations and the packages of both into `build`, Next's standalone build,
 * which is all that a machine needs to serve Roster then, besides Node.
 */
export function completeRelease(build: string): void {
  for (const folder of ['server', 'prisma', 'app/_request']) {
    cpSync(join(ROOT, folder), join(build, folder), { recursive: true, filter: (path) => !path.startsWith(join(ROOT, 'prisma/generated')) })
  }
  for (const path of listPackagePaths(SERVER_PACKAGES)) {
    // A package within a package comes with that.
    if (!path.slice('node_modules/'.length).includes('/node_modules/')) cpSync(join(ROOT, path), join(build, path), { recursive: true })
  }
  removeOtherPlatforms(join(build, 'node_modules/better-sqlite3/prebuilds'))
}

// A build serves the platform that it is made on. Next's outputFileTracingExcludes does not reach what instrumentation.ts imports.
function removeOtherPlatforms(binaries: string): void {
  for (const name of readdirSync(binaries)) if (!name.startsWith(process.platform)) rmSync(join(binaries, name))
}

/** Where `names`, and all packages that they need, lie, as the lockfile has it. */
function listPackagePaths(names: string[]): Set<string> {
  const lockfile: { packages: Record<string, { dependencies?: Record<string, string> }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  )
  const paths = new Set<string>()
  function add(name: string, from: string): void {
    const path = [`${from}/node_modules/${name}`, `node_modules/${name}`].find((each) => each in lockfile.packages)
    if (path === undefined || paths.has(path)) return
    paths.add(path)
    for (const dependency of Object.keys(lockfile.packages[path]?.dependencies ?? {})) add(dependency, path)
  }
  for (const name of names) add(name, '')
  return paths
}
