import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { Logger } from 'pino'
import { OperatorError } from '../errors.ts'

// For the database, static files, and what the system asks of a process.
const OTHER_FILES = 24
const FEWEST_CONNECTIONS = 8
const LINE_EVERY_MS = 60_000

/**
 * Has `listeners`, which all bring connections to `server`, take only as many as there are files to open for them: one more would leave
 * none for a page. What is beyond is hung up on at once, and idle connections make way.
 * @throws OperatorError when there are too few to serve at all.
 */
export function limitConnections(server: Server, listeners: NetServer[], log: Logger): void {
  const files = readFileLimit()
  const most = Math.min(server.maxConnections, files.limit - files.open - OTHER_FILES)
  if (most < FEWEST_CONNECTIONS)
    throw new OperatorError(`The limit of open files, ${files.limit}, is too low to serve; raise it, as by ulimit -n 1024`)
  let loggedAt = Number.NEGATIVE_INFINITY
  for (const listener of listeners) {
    listener.maxConnections = Math.ceil(most / listeners.length)
    listener.on('drop', () => {
      server.closeIdleConnections()
      if (performance.now() - loggedAt < LINE_EVERY_MS) return
      loggedAt = performance.now()
      log.warn({ openFiles: files.limit }, `All ${listener.maxConnections} connections are in use; more are refused until some end`)
    })
  }
}

/** How many files this process may have open, and has. Node has raised the limit as far as it may. */
export function readFileLimit(): { limit: number; open: number } {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    if (limit !== undefined) return { limit: Number(limit), open: readdirSync('/proc/self/fd').length }
  } catch {
    // Only Linux has them.
  }
  return { limit: Number.POSITIVE_INFINITY, open: 0 }
}
