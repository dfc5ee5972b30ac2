import { isatty } from 'node:tty'
import { format } from 'node:util'
import pino, { type Logger } from 'pino'
import type { Settings } from './settings.ts'

// Next prints little of interest by console.log.
const CONSOLE_LEVELS = { debug: 'debug', log: 'debug', info: 'info', warn: 'warn', error: 'error' } as const

// Kept in memory while the disk of a log file is full, or the reader of the log is slow: some thousand lines. Those beyond
// that are lost, and those that still wait when the process ends.
const MAX_UNWRITTEN_BYTES = 2 ** 20
const RETRY_EVERY_MS = 250

/**
 * Writes JSON lines, or text for people, to stdout. `worker` is the number of the worker, 0 for the master, 'nginx' for nginx.
 * `onOutputGone` is called when nobody can read the log any more: the terminal was closed, or the program that reads stdout has exited.
 */
export async function createLog(
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
  worker: number | 'nginx',
  onOutputGone = interrupt,
): Promise<Logger> {
  const options = {
    level: logLevel,
    base: { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  const output = openOutput(onOutputGone)
  if (logFormat === 'json') return pino(options, output)
  // Imported only here: it takes long to load, and only people at a terminal see it.
  const { prettyFactory } = await import('pino-pretty')
  const format = prettyFactory({ translateTime: 'SYS:HH:MM:ss.l', ignore: 'worker,requestId,bytes,cache' })
  return pino(options, { write: (line: string) => output.write(format(line)) })
}

/** Stops this process as Ctrl-C does. */
export function interrupt(): void {
  process.kill(process.pid, 'SIGINT')
}

/**
 * Stdout. A full disk is no reason to stop, as it may be emptied; a reader that is gone is. Lines that the reader has no room for wait:
 * pino's own waiting would stop the process for 100 ms at a time.
 */
function openOutput(onGone: () => void) {
  const isTerminal = isatty(1)
  let isGone = false
  const output = pino.destination({
    fd: 1,
    sync: true,
    maxLength: MAX_UNWRITTEN_BYTES,
    retryEAGAIN: () => false,
    // Only with a minLength does pino obey it.
    periodicFlush: RETRY_EVERY_MS,
    minLength: 1,
  })
  return output.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (isGone || !(code === 'EPIPE' || (code === 'EIO' && isTerminal))) return
    isGone = true
    onGone()
  })
}

/** Sends to `log` what Next and other packages print to the console. Objects become fields of the log line. */
export function logConsole(log: Logger): void {
  for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const) {
    console[method] = (...values: unknown[]) => {
      const err = values.find((value) => value instanceof Error)
      const fields = values.filter((value) => typeof value === 'object' && value !== err)
      const texts = values.filter((value) => typeof value !== 'object')
      log[CONSOLE_LEVELS[method]](
        Object.assign({ ...(err && { err }) }, ...fields),
        texts.length > 0 || !err ? format(...texts) : err.message,
      )
    }
  }
}
