// What `npm test` runs: everything, in the order in which a fault shows soonest.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { ROOT } from '../server/paths.ts'
import { generatePrismaClientIfStale } from '../server/release/build.ts'
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

// Of a step that failed, as much is printed again at the end: the reporters of Vitest and Playwright name their failures last.
const LAST_LINES = 60

type Result = 'passed' | 'failed' | 'skipped'

const results: Result[] = []
const lastLines = new Map<string, string>()

await installDebianPackages()
generatePrismaClientIfStale()
for (const step of STEPS) results.push(await runStep(step))
const count = (result: Result) => results.filter((each) => each === result).length
const failedSteps = STEPS.filter((_, index) => results[index] === 'failed')
for (const step of failedSteps) console.log(`\n── the end of ${step}, which failed\n${lastLines.get(step)}`)
console.log(`\n${failedSteps.length > 0 ? `Failed: ${failedSteps.join(', ')}` : 'Everything passed.'}`)
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exitCode = failedSteps.length > 0 ? 1 : 0

async function runStep(step: string): Promise<Result> {
  if (step === 'test:docker' && performance.now() > LATEST_DOCKER_START_MS) {
    console.log(`\n── ${step} is skipped: the others have taken so long that all together would take more than twenty minutes.`)
    return 'skipped'
  }
  return (await run('npm', ['run', '--silent', step], step)) ? 'passed' : 'failed'
}

async function installDebianPackages(): Promise<void> {
  if (findChromium() && NEEDED_FILES.every((file) => existsSync(file))) return
  const isDebian = existsSync('/usr/bin/apt-get')
  if (!isDebian || process.getuid?.() !== 0) {
    const advice = isDebian ? `: sudo apt-get install ${DEBIAN_PACKAGES.join(' ')}` : ''
    console.error(
      `The tests need Chromium, the sqlite3 shell and the web servers of docs/operate-debian.md and docs/other-web-servers.md; install them first${advice}.`,
    )
    process.exit(1)
  }
  const isInstalled =
    (await run('apt-get', ['update', '-qq'], 'update the list of Debian packages')) &&
    (await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN_PACKAGES], 'install what the tests need'))
  if (!isInstalled) process.exit(1)
}

/** Runs `command`, prints what it prints, and tells whether it succeeded. */
async function run(command: string, commandArguments: string[], title: string): Promise<boolean> {
  console.log(`\n── ${title}`)
  const colors = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  const env: NodeJS.ProcessEnv = { ...process.env, ...colors, DEBIAN_FRONTEND: 'noninteractive', NODE_ENV: 'test' }
  const child = spawn(command, commandArguments, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env })
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      last = `${last}${text}`.split('\n').slice(-LAST_LINES).join('\n')
    })
  }
  const [status] = await once(child, 'close')
  lastLines.set(title, last)
  return status === 0
}
