import { createServer, type Server } from 'node:net'
import { OperatorError } from './errors.ts'

/** `setting` is the name of the one that has the port, PORT where it is not said. */
type Place = { path: string } | { fd: number } | { host: string; port: number; setting?: string }

/**
 * Has `server` listen on `place`.
 * @throws OperatorError where the operator can mend what keeps it from that.
 */
export async function listen(server: Server, place: Place): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve).once('error', (error) => reject(explain(error, place)))
    server.listen(place)
  })
}

/** @throws OperatorError when `port` on `host` can not be listened on. */
export async function checkPlaceIsFree({ host, port }: { host: string; port: number }): Promise<void> {
  const probe = createServer()
  await listen(probe, { host, port })
  await new Promise((resolve) => probe.close(resolve))
}

function explain(error: NodeJS.ErrnoException, place: Place): Error {
  if ('path' in place) return new OperatorError(`The socket ${place.path} can not be made: ${error.message}`)
  if ('fd' in place) return error
  const { host, port, setting = 'PORT' } = place
  if (error.code === 'EADDRINUSE')
    return new OperatorError(`Port ${port} on ${host} is taken; stop what listens there, or set ${setting} to another one.`)
  if (error.code === 'EACCES')
    return new OperatorError(`Port ${port} on ${host} needs more rights than this user has; set ${setting} to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new OperatorError(`HOST is "${host}", which is no address of this machine.`)
  return error
}
