// Before the tests of the container image: an engine, and the image built from this folder by it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { ROOT } from '../../server/paths.ts'

const ENGINE = fileURLToPath(new URL('engine.sh', import.meta.url))
const BUILD_MS = 15 * 60_000
const NEEDED = ['apt-get', 'dpkg', 'ip', 'npm']

declare module 'vitest' {
  interface ProvidedContext {
    /** What reaches the engine, or null where there is none. */
    dockerEnvironment: Record<string, string> | null
  }
}

export const IMAGE = 'roster-test'

// biome-ignore lint/style/noDefaultExport: vitest wants one.
export default function setUp(project: TestProject): (() => void) | undefined {
  if (answers({})) {
    build({}, [])
    project.provide('dockerEnvironment', {})
    return
  }
  const missing = findMissing()
  if (missing !== null) {
    console.log(`The tests of the container image are skipped: no Docker engine answers, and none can be started here without ${missing}.`)
    project.provide('dockerEnvironment', null)
    return
  }
  const environment = startEngine()
  // Its containers have no way out.
  build(environment, ['--network', 'host'])
  project.provide('dockerEnvironment', environment)
  return () => void spawnSync(ENGINE, ['down'], { stdio: 'inherit' })
}

function answers(environment: Record<string, string>): boolean {
  return spawnSync('docker', ['version'], { env: { ...process.env, ...environment } }).status === 0
}

function findMissing(): string | null {
  if (process.platform !== 'linux') return 'Linux'
  if (process.getuid?.() !== 0) return 'root'
  return NEEDED.find((command) => spawnSync('which', [command]).status !== 0) ?? null
}

function startEngine(): Record<string, string> {
  const { status, stdout, stderr } = spawnSync(ENGINE, ['up'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`tests/docker/engine.sh can not start a Docker engine:\n${stderr}`)
  const environment = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)))
  return { ...environment, PATH: `${environment.PATH}:${process.env.PATH}` }
}

function build(environment: Record<string, string>, options: string[]): void {
  const { status, stdout, stderr } = spawnSync('docker', ['build', '--progress', 'plain', ...options, '--tag', IMAGE, ROOT], {
    env: { ...process.env, DOCKER_BUILDKIT: '1', ...environment },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: BUILD_MS,
  })
  if (status !== 0) throw new Error(`docker build failed:\n${stdout}${stderr}`)
}
