import { format } from 'node:util'
import pino, { type Logger } from 'pino'
import type { Settings } from './settings.ts'

// Next says little of interest by console.log.
const CONSOLE_LEVELS = { debug: 'debug', log: 'debug', info: 'info', warn: 'warn', error: 'error' } as const

/** Writes JSON lines, or text for people, to stdout. `worker` is the number of the worker, 0 for the master; nginx has its name. */
export async function createLog(
  { logLevel, logFormat }: Pick<Settings, 'logLevel' | 'logFormat'>,
  worker: number | 'nginx',
): Promise<Logger> {
  const options = {
    level: logLevel,
    base: { worker },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  }
  if (logFormat === 'json') return pino(options, pino.destination({ fd: 1, sync: true }))
  // A good part of what a worker loads, and only people at a terminal see it.
  const { default: pretty } = await import('pino-pretty')
  return pino(options, pretty({ sync: true, destination: 1, translateTime: 'SYS:HH:MM:ss.l', ignore: 'worker,requestId,bytes,cache' }))
}

/** Has all that Next and other packages print to the console logged by `log`. Objects become fields of the log line. */
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
