// What `npm test` runs: everything, in the order in which a fault shows soonest.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { generatePrismaClientIfStale } from '../server/build.ts'
import { ROOT } from '../server/paths.ts'
import { findChromium } from './fixtures/chromium.ts'

// The tests write with Debian's own sqlite3 as well, which is older than the ones in Node and better-sqlite3.
const DEBIAN_PACKAGES = [
  ...['chromium-headless-shell', 'sqlite3', 'openssl', 'systemd', 'systemd-container', 'mmdebstrap'],
  ...['nginx', 'libnginx-mod-http-brotli-static', 'apache2', 'lighttpd', 'lighttpd-mod-deflate'],
]
// A file of each package but Chromium's, which other systems have elsewhere.
const NEEDED_FILES = [
  ...['/usr/bin/sqlite3', '/usr/bin/openssl', '/usr/bin/systemd-analyze', '/usr/bin/systemd-nspawn', '/usr/bin/mmdebstrap'],
  ...['/usr/sbin/nginx', '/usr/sbin/apache2', '/usr/sbin/lighttpd'],
  ...['/etc/nginx/modules-enabled/50-mod-http-brotli-static.conf', '/usr/lib/lighttpd/mod_deflate.so'],
]
const STEPS = ['lint', 'typecheck', 'test:unit', 'test:integration', 'build', 'test:server', 'test:e2e', 'test:systemd', 'test:docker']
// A run must end within twenty minutes, and an image to make and to try takes a slow machine six.
const LATEST_DOCKER_START_MS = 13 * 60_000

type Result = 'passed' | 'failed' | 'skipped'

installDebianPackages()
generatePrismaClientIfStale()
const results = STEPS.map(runStep)
const count = (result: Result) => results.filter((each) => each === result).length
const failedSteps = STEPS.filter((_, index) => results[index] === 'failed')
console.log(`\n${failedSteps.length > 0 ? `Failed: ${failedSteps.join(', ')}` : 'Everything passed.'}`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exit(failedSteps.length > 0 ? 1 : 0)

function runStep(step: string): Result {
  if (step === 'test:docker' && performance.now() > LATEST_DOCKER_START_MS) {
    console.log(`\n── ${step} is skipped: the others have taken so long that all together would take more than twenty minutes.`)
    return 'skipped'
  }
  return run('npm', ['run', '--silent', step], step) ? 'passed' : 'failed'
}

function installDebianPackages(): void {
  if (findChromium() && NEEDED_FILES.every((file) => existsSync(file))) return
  const isDebian = existsSync('/usr/bin/apt-get')
  if (!isDebian || process.getuid?.() !== 0) {
    const advice = isDebian ? `: sudo apt-get install ${DEBIAN_PACKAGES.join(' ')}` : ''
    console.error(`The tests need Chromium, the sqlite3 shell and the web servers of docs/deploy.md; install them first${advice}.`)
    process.exit(1)
  }
  const isInstalled =
    run('apt-get', ['update', '-qq'], 'update the list of Debian packages') &&
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES], 'install what the tests need')
  if (!isInstalled) process.exit(1)
}

function run(command: string, commandArguments: string[], title: string): boolean {
  console.log(`\n── ${title}`)
  const env: NodeJS.ProcessEnv = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NODE_ENV: 'test' }
  return spawnSync(command, commandArguments, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0
}
