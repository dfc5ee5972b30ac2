import { createServer, type Server } from 'node:net'
import { OperatorError } from './errors.ts'

/** `setting` is the variable that sets the port; PORT by default. */
type Place = { path: string } | { fd: number } | { host: string; port: number; setting?: string }

// Linux allows no more (net.core.somaxconn). nginx gets an error, not a wait, when a worker's socket is full: thousands of open pages may
// poll while a worker reads the data after a commit.
const MAX_WAITING_CONNECTIONS = 4_096

/**
 * Makes `server` listen on `place`.
 * @throws OperatorError when it cannot and the operator can fix that.
 */
export async function listen(server: Server, place: Place): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve).once('error', (error) => reject(explain(error, place)))
    server.listen({ ...place, backlog: MAX_WAITING_CONNECTIONS })
  })
}

/** @throws OperatorError when no server can listen on `port` of `host`. */
export async function checkPlaceIsFree({ host, port }: { host: string; port: number }): Promise<void> {
  const probe = createServer()
  await listen(probe, { host, port })
  await new Promise((resolve) => probe.close(resolve))
}

function explain(error: NodeJS.ErrnoException, place: Place): Error {
  if ('path' in place) return new OperatorError(`The socket ${place.path} cannot be created: ${error.message}`)
  if ('fd' in place) return error
  const { host, port, setting = 'PORT' } = place
  if (error.code === 'EADDRINUSE')
    return new OperatorError(`Port ${port} on ${host} is in use; stop the program that listens there, or set ${setting} to another port.`)
  if (error.code === 'EACCES')
    return new OperatorError(`Port ${port} on ${host} needs more permissions than this user has; set ${setting} to a port above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new OperatorError(`HOST is "${host}", which is not an address of this machine; set it to one, or to 0.0.0.0 for all.`)
  return error
}
