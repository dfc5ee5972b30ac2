import type { Server as HttpServer } from 'node:http'
import { createServer, isIPv6, type Server } from 'node:net'
import { databaseUrl } from '../prisma/database-url.ts'
import { OperatorError } from '../prisma/operator-error.ts'
import { buildIfStale } from './build.ts'
import { prepareDatabase } from './prepare-database.ts'
import { runCommand } from './run-command.ts'
import { readSettings } from './settings.ts'

const DRAIN_MS = 10_000

await runCommand(async () => {
  const { host, port, databaseFile } = readSettings()
  await checkPortIsFree(host, port)
  const { people } = prepareDatabase(databaseFile)
  buildIfStale()

  process.env.DATABASE_URL = databaseUrl(databaseFile)
  const { createWebServer } = await import('./web-server.ts')
  const server = await createWebServer()
  const address = await listen(server, host, port)
  console.log(
    `Roster is ready.\n\n  Address   ${address}\n  Database  ${databaseFile}\n  People    ${people.toLocaleString('en')}\n\nCtrl-C stops it.`,
  )
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop(server))
})

// Before anything is made: a second start by mistake must not touch the database of the first.
async function checkPortIsFree(host: string, port: number): Promise<void> {
  const probe = createServer()
  await listen(probe, host, port)
  await new Promise((resolve) => probe.close(resolve))
}

/** The address that `server` then listens on. */
async function listen(server: Server, host: string, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve).once('error', (error: NodeJS.ErrnoException) => reject(explainListenError(error, host, port)))
    server.listen(port, host)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return `http://${isIPv6(host) ? `[${host}]` : host}:${address.port}`
}

function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new OperatorError(`Port ${port} on ${host} is taken; stop what listens there, or set PORT to another one.`)
  if (error.code === 'EACCES')
    return new OperatorError(`Port ${port} on ${host} needs more rights than this user has; set PORT to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new OperatorError(`HOST is "${host}", which is no address of this machine.`)
  return error
}

function stop(server: HttpServer): void {
  // npm passes on a Ctrl-C that the terminal has sent here already.
  if (!server.listening) return
  console.log('Stopping …')
  server.close(() => process.exit(0))
  server.closeIdleConnections()
  setTimeout(() => process.exit(0), DRAIN_MS).unref()
}
