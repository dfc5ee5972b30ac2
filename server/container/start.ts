// What the container image runs below its init: prepares the database, starts nginx and the workers, and ends them together.
// Exit status 0: it was told to end. 1: it can not start, or nginx ended by itself; the last line of the log says why.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, rmSync, watch, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Logger } from 'pino'
import { prepareDatabase } from '../database/prepare.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { checkPlaceIsFree } from '../listen.ts'
import { createLog, logConsole } from '../log.ts'
import { startMaster } from '../master/master.ts'
import { ROOT } from '../paths.ts'
import { readSettings, type Settings } from '../settings.ts'
import { nginxSettings } from './nginx-config.ts'

const NGINX_SETTINGS = '/run/roster/nginx'
const NGINX_FILES = '/tmp/roster/cache'
const NGINX_LEVELS = { emerg: 'fatal', alert: 'error', crit: 'error', error: 'error', warn: 'warn', notice: 'info', info: 'info' } as const

// A second more than nginx gives its own workers, within the ten that the engine gives all of us.
const NGINX_STOP_MS = 8_000

try {
  await start()
} catch (error) {
  const log = await createLog({ logLevel: 'fatal', logFormat: 'json' }, 0)
  if (error instanceof OperatorError) log.fatal(error.message)
  else log.fatal({ err: error }, 'Roster can not start')
  process.exit(1)
}

async function start(): Promise<void> {
  const settings = readSettings()
  const log = await createLog(settings, 0)
  const nginxLog = await createLog(settings, 'nginx')
  logConsole(log)
  await checkPlaceIsFree(settings)
  writeNginxSettings(settings)
  const { host, port, webWorkers, databaseFile, seed } = settings
  let nginx: ChildProcess | null = null
  let people = 0
  // It has its sockets when it writes its pid there.
  const watcher = watch(NGINX_SETTINGS)
  const nginxListens = once(watcher, 'change')
  await startMaster(settings, ROOT, log, {
    prepare: () => {
      people = prepareDatabase(databaseFile, { seed, report: (line) => log.info(line) }).people
    },
    onListening: () => {
      nginx = startNginx(log, nginxLog)
    },
    beforeStop: () => stopNginx(nginx),
  })
  await nginxListens
  watcher.close()
  log.info({ host, port, workers: webWorkers, database: databaseFile, people }, 'Roster serves')
}

function writeNginxSettings(settings: Settings): void {
  const machine = { processors: availableParallelism(), hasIpv6: existsSync('/proc/net/if_inet6'), isRoot: process.getuid?.() === 0 }
  const files = Object.entries(nginxSettings(settings, process.env.TRUSTED_PROXIES ?? '', machine))
  try {
    for (const folder of [NGINX_SETTINGS, NGINX_FILES]) mkdirSync(folder, { recursive: true })
    rmSync(join(NGINX_SETTINGS, 'nginx.pid'), { force: true })
    for (const [name, content] of files) writeFileSync(join(NGINX_SETTINGS, name), content)
  } catch (error) {
    throw new OperatorError(`/run and /tmp must be writable, as with --tmpfs /run --tmpfs /tmp: ${errorMessage(error)}`)
  }
}

function startNginx(log: Logger, nginxLog: Logger): ChildProcess {
  // It makes folders for stored pages, into which the workers' mask (server/master/sockets.ts) would let nobody.
  const socketMask = process.umask(0o077)
  const nginx = spawn('nginx', ['-e', 'stderr'], { stdio: ['ignore', 'inherit', 'pipe'] })
  process.umask(socketMask)
  createInterface({ input: nginx.stderr }).on('line', (line) => {
    // "2026/01/31 12:00:00 [warn] 7#7: *1 message", or "nginx: [emerg] message" before its log is open.
    const [, level = '', message = line] = /^[^[]*\[(\w+)\] (?:\d+#\d+: )?(.*)$/.exec(line) ?? []
    nginxLog[isNginxLevel(level) ? NGINX_LEVELS[level] : 'warn'](message)
  })
  nginx.on('error', (error) => end(error.message))
  // Its last words come before 'close', which a master that was killed leaves to its children, who go on.
  nginx.on('close', (status) => end(`nginx ended with status ${status}`))
  nginx.on('exit', (_, signal) => signal !== null && end(`nginx ended with ${signal}`))
  let isEnding = false
  function end(reason: string): void {
    if (isEnding || nginx.killed) return
    isEnding = true
    log.fatal(`${reason}; so does all else`)
    process.exit(1)
  }
  return nginx
}

async function stopNginx(nginx: ChildProcess | null): Promise<void> {
  if (nginx === null || nginx.exitCode !== null || nginx.signalCode !== null) return
  const timeout = setTimeout(() => nginx.kill('SIGKILL'), NGINX_STOP_MS)
  // It answers what has been asked, and takes nothing new.
  nginx.kill('SIGQUIT')
  await once(nginx, 'exit')
  clearTimeout(timeout)
}

function isNginxLevel(level: string): level is keyof typeof NGINX_LEVELS {
  return level in NGINX_LEVELS
}
