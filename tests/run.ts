// `npm test`: runs every suite that can run on this machine, and names the others. As root on Debian it first installs what they need.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter } from 'node:path'
import { ROOT } from '../server/paths.ts'
import { generatePrismaClientIfStale } from '../server/release/build.ts'
import { DEBIAN, ROOT_USER } from './requirements.ts'
import { decide, SUITES, type Suite } from './suites.ts'

const MINUTES = Number(process.env.TEST_MINUTES || 30)
// The end of a failed suite's output is printed again after all others: Vitest and Playwright list their failures last.
const REPEATED_LINES = 60

type Result = 'passed' | 'failed' | 'skipped'
type Report = { script: string; result: Result; details: string }

// Debian keeps the web servers where only root looks for programs.
process.env.PATH = [process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter)

await installDebianPackages()
generatePrismaClientIfStale()
const unmet = findUnmet()
const reports: Report[] = []
for (const suite of SUITES) reports.push(await runSuite(suite))
for (const { script, result, details } of reports) if (result !== 'passed') console.log(`\n── ${script} ${result}\n${details}`)
const count = (result: Result) => reports.filter((report) => report.result === result).length
console.log(`\n${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`)
process.exitCode = count('failed') > 0 ? 1 : 0

/** Installs the Debian packages that are missing, as root on Debian. Where that fails, their suites are skipped. */
async function installDebianPackages(): Promise<void> {
  const packages = [...findUnmet()].flatMap((requirement) => requirement.packages ?? [])
  if (packages.length === 0 || !DEBIAN.isMet() || !ROOT_USER.isMet()) return
  await run(['apt-get', 'update', '-qq'])
  await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages])
}

function findUnmet() {
  const requirements = SUITES.flatMap(({ needs = [], uses = [] }) => [...needs, ...uses])
  return new Set(requirements.filter(({ isMet }) => !isMet()))
}

async function runSuite(suite: Suite): Promise<Report> {
  const minutesLeft = MINUTES - performance.now() / 60_000
  const { action, reasons } = decide(suite, { unmet, minutesLeft, isCi: Boolean(process.env.CI) })
  const { script } = suite
  const missing = reasons.map((reason) => `  - ${reason}`).join('\n')
  if (action !== 'run') return { script, result: action === 'skip' ? 'skipped' : 'failed', details: `It needs:\n${missing}` }
  if (reasons.length > 0) console.log(`\nSome tests of ${script} are skipped. They need:\n${missing}`)
  const { isSuccess, lastLines } = await run(['npm', 'run', '--silent', script])
  return { script, result: isSuccess ? 'passed' : 'failed', details: `The end of its output:\n${lastLines}` }
}

/** Runs a command and prints its output as it comes. */
async function run([command = '', ...commandArguments]: string[]): Promise<{ isSuccess: boolean; lastLines: string }> {
  console.log(`\n── ${[command, ...commandArguments].join(' ')}`)
  const colors = process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
  const env: NodeJS.ProcessEnv = { ...process.env, ...colors, DEBIAN_FRONTEND: 'noninteractive', NODE_ENV: 'test' }
  const child = spawn(command, commandArguments, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], env })
  let lastLines = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      process.stdout.write(text)
      lastLines = `${lastLines}${text}`.split('\n').slice(-REPEATED_LINES).join('\n')
    })
  }
  const [status] = await once(child, 'close')
  return { isSuccess: status === 0, lastLines }
}
