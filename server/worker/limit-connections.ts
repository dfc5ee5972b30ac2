import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { Logger } from 'pino'
import { OperatorError } from '../errors.ts'

// For the database, static files, and what the system needs for a process.
const OTHER_FILES = 24
const MIN_CONNECTIONS = 8
const LOG_EVERY_MS = 60_000

/**
 * Limits the connections of `listeners`, which all pass them to `server`, to the number of files that may be open for them: one more would
 * leave no file for a page. Connections beyond that are closed at once, and idle ones with them.
 * @throws OperatorError when there are too few to serve at all.
 */
export function limitConnections(server: Server, listeners: NetServer[], log: Logger): void {
  const files = readFileLimit()
  const maxConnections = Math.min(server.maxConnections, files.limit - files.open - OTHER_FILES)
  if (maxConnections < MIN_CONNECTIONS)
    throw new OperatorError(`The limit of open files, ${files.limit}, is too low to serve; raise it, for example by ulimit -n 1024`)
  let loggedAt = Number.NEGATIVE_INFINITY
  for (const listener of listeners) {
    listener.maxConnections = Math.ceil(maxConnections / listeners.length)
    listener.on('drop', () => {
      server.closeIdleConnections()
      if (performance.now() - loggedAt < LOG_EVERY_MS) return
      loggedAt = performance.now()
      log.warn({ openFiles: files.limit }, `All ${listener.maxConnections} connections are in use; refusing others until some close`)
    })
  }
}

/** How many files this process may have open, and how many it has. Node raises the limit as far as it may at its start. */
export function readFileLimit(): { limit: number; open: number } {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    if (limit !== undefined) return { limit: Number(limit), open: readdirSync('/proc/self/fd').length }
  } catch {
    // Only Linux has these files.
  }
  return { limit: Number.POSITIVE_INFINITY, open: 0 }
}
