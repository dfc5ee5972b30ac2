// Before the tests of the container image: an engine, and the image built from this folder by it.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { ROOT } from '../../server/paths.ts'

const ENGINE = fileURLToPath(new URL('engine.sh', import.meta.url))
const ENGINE_MS = 5 * 60_000
const BUILD_MS = 15 * 60_000
const ENGINE_LABEL = 'roster=test-engine'

declare module 'vitest' {
  interface ProvidedContext {
    /** The environment variables with which `docker` reaches the engine. */
    dockerEnvironment: Record<string, string>
  }
}

export const IMAGE = 'roster-test'

// biome-ignore lint/style/noDefaultExport: vitest wants one.
export default function setUp(project: TestProject): (() => void) | undefined {
  if (spawnSync('docker', ['version']).status === 0) {
    build({})
    project.provide('dockerEnvironment', {})
    return
  }
  const environment = startEngine()
  build(environment)
  project.provide('dockerEnvironment', environment)
  return () => void spawnSync(ENGINE, ['down'], { stdio: 'inherit' })
}

function startEngine(): Record<string, string> {
  const { status, stdout, stderr } = spawnSync(ENGINE, ['up'], { encoding: 'utf8', timeout: ENGINE_MS })
  if (status !== 0) {
    throw new Error(`No Docker engine answers, and tests/docker/engine.sh cannot start one: ${stderr.trim().split('\n').at(-1)}`)
  }
  const environment = Object.fromEntries(stdout.split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)))
  return { ...environment, PATH: `${environment.PATH}:${process.env.PATH}` }
}

function build(environment: Record<string, string>): void {
  const env = { ...process.env, DOCKER_BUILDKIT: '1', ...environment }
  const labels = spawnSync('docker', ['info', '--format', '{{.Labels}}'], { env, encoding: 'utf8' }).stdout
  // The containers of engine.sh have no way out.
  const network = labels.includes(ENGINE_LABEL) ? ['--network', 'host'] : []
  const { status, stdout, stderr } = spawnSync('docker', ['build', '--progress', 'plain', ...network, '--tag', IMAGE, ROOT], {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: BUILD_MS,
  })
  if (status !== 0) throw new Error(`docker build failed:\n${stdout}${stderr}`)
}
