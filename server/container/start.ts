// The main process of the container image, below its init: prepares the database, starts nginx and the workers, and stops them together.
// Exit status 0: stopped by a signal. 1: could not start, or nginx exited; the last line of the log is the reason.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Logger } from 'pino'
import { prepareDatabase } from '../database/prepare.ts'
import { describeDatabase } from '../database/url.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { checkPlaceIsFree } from '../listen.ts'
import { createLog, logConsole } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { ROOT } from '../paths.ts'
import { readServingSettings, type Settings } from '../settings.ts'
import { readMountedFile } from './mounted-file.ts'
import { nginxSettings } from './nginx-config.ts'

const NGINX_SETTINGS = '/run/roster/nginx'
const LOCAL_CONF = '/etc/nginx/roster/local.conf'
const NGINX_FILES = '/tmp/roster/cache'
const NGINX_LEVELS = { emerg: 'fatal', alert: 'error', crit: 'error', error: 'error', warn: 'warn', notice: 'info', info: 'info' } as const

// One second more than nginx gives its own workers, and within the ten after which the container engine kills everything.
const NGINX_STOP_TIMEOUT_MS = 8_000

try {
  await start()
} catch (error) {
  const log = await createLog({ logLevel: 'fatal', logFormat: 'json' }, 0)
  if (error instanceof OperatorError) log.fatal(error.message)
  else log.fatal({ err: error }, 'Roster cannot start')
  process.exit(1)
}

async function start(): Promise<void> {
  const settings = await readServingSettings()
  const log = await createLog(settings, 0)
  const nginxLog = await createLog(settings, 'nginx')
  logConsole(log)
  await checkPlaceIsFree(settings)
  writeNginxSettings(settings)
  const { host, port, webWorkers, database, seed } = settings
  let nginx: ChildProcess | null = null
  let people: number | undefined
  // nginx writes its pid there when it has opened its sockets.
  const watcher = watch(NGINX_SETTINGS)
  const nginxListens = once(watcher, 'change')
  await startMaster(settings, ROOT, log, {
    prepare: async (served) => {
      // One of several nodes, which start in any order, and may only read: `roster prepare` is run once for all of them.
      if (database.engine === 'postgres') return served.expectReady()
      people = (await prepareDatabase(database, { seed, report: (line) => log.info(line) })).people
    },
    onListening: () => {
      nginx = startNginx(log, nginxLog)
    },
    beforeStop: () => stopNginx(nginx),
  })
  await nginxListens
  watcher.close()
  log.info({ host, port, workers: webWorkers, database: describeDatabase(database), people }, 'Roster serves')
}

function writeNginxSettings(settings: Settings): void {
  const machine = { processors: availableParallelism(), hasIpv6: existsSync('/proc/net/if_inet6'), isRoot: process.getuid?.() === 0 }
  const { TRUSTED_PROXIES: trustedProxies = '', BASIC_AUTH_FILE: passwordFile = '' } = process.env
  const files = Object.entries(nginxSettings(settings, { trustedProxies, passwordFile }, machine, readMountedFile(LOCAL_CONF)))
  try {
    for (const folder of [NGINX_SETTINGS, NGINX_FILES]) mkdirSync(folder, { recursive: true })
    rmSync(join(NGINX_SETTINGS, 'nginx.pid'), { force: true })
    for (const [name, content] of files) writeFileSync(join(NGINX_SETTINGS, name), content)
  } catch (error) {
    throw new OperatorError(
      `nginx's files cannot be written: ${errorMessage(error)}; /run and /tmp must be writable, as with --tmpfs /run --tmpfs /tmp`,
    )
  }
}

/** Starts nginx and logs its errors. Its exit ends this process, too, unless it was stopped from here. */
function startNginx(log: Logger, nginxLog: Logger): ChildProcess {
  // The umask for the workers' sockets (server/master/sockets.ts) would make folders that nginx itself cannot enter.
  const socketMask = process.umask(0o077)
  const nginx = spawn('nginx', ['-e', 'stderr'], { stdio: ['ignore', 'inherit', 'pipe'] })
  process.umask(socketMask)
  createInterface({ input: nginx.stderr }).on('line', (line) => {
    // "2026/01/31 12:00:00 [warn] 7#7: *1 message", or "nginx: [emerg] message" before its log is open.
    const [, level = '', message = line] = /^[^[]*\[(\w+)\] (?:\d+#\d+: )?(.*)$/.exec(line) ?? []
    nginxLog[isNginxLevel(level) ? NGINX_LEVELS[level] : 'warn'](message)
  })

  let isShuttingDown = false
  const shutDown = (reason: string) => {
    if (isShuttingDown || nginx.killed) return
    isShuttingDown = true
    log.fatal(`${reason}; shutting down`)
    process.exit(1)
  }
  nginx.on('error', (error) => shutDown(`nginx could not be started: ${error.message}`))
  // After the last line of stderr. Not if nginx was killed: its workers go on and keep stderr open.
  nginx.on('close', (status) => shutDown(`nginx exited with status ${status}`))
  nginx.on('exit', (_, signal) => signal !== null && shutDown(`nginx killed by ${signal}`))
  return nginx
}

function isNginxLevel(level: string): level is keyof typeof NGINX_LEVELS {
  return level in NGINX_LEVELS
}

async function stopNginx(nginx: ChildProcess | null): Promise<void> {
  if (nginx === null || nginx.exitCode !== null || nginx.signalCode !== null) return
  const timeout = setTimeout(() => nginx.kill('SIGKILL'), NGINX_STOP_TIMEOUT_MS)
  // SIGQUIT: nginx finishes the requests in flight and accepts no others.
  nginx.kill('SIGQUIT')
  await once(nginx, 'exit')
  clearTimeout(timeout)
}
