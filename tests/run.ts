// What `npm test` runs: everything, in the order in which a fault shows soonest.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { generatePrismaClientIfStale } from '../server/build.ts'
import { ROOT } from '../server/paths.ts'
import { findChromium } from './fixtures/chromium.ts'

const STEPS = ['lint', 'typecheck', 'test:unit', 'test:integration', 'build', 'test:server', 'test:e2e']

installChromium()
generatePrismaClientIfStale()
const failed = STEPS.filter((step) => !run('npm', ['run', '--silent', step], step))
console.log(`\n${failed.length > 0 ? `Failed: ${failed.join(', ')}` : 'Everything passed.'}`)
console.log(`${STEPS.length - failed.length} passed, ${failed.length} failed`)
process.exit(failed.length > 0 ? 1 : 0)

function installChromium(): void {
  if (findChromium()) return
  const isDebian = existsSync('/usr/bin/apt-get')
  if (!isDebian || process.getuid?.() !== 0) {
    console.error(`The tests need Chromium; install it first${isDebian ? ': sudo apt-get install chromium' : ''}.`)
    process.exit(1)
  }
  const isInstalled =
    run('apt-get', ['update', '-qq'], 'update the list of Debian packages') &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], 'install Chromium')
  if (!isInstalled) process.exit(1)
}

function run(command: string, commandArguments: string[], title: string): boolean {
  console.log(`\n── ${title}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return spawnSync(command, commandArguments, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}
