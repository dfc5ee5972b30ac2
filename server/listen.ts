import { createServer, type Server } from 'node:net'
import { OperatorError } from '../prisma/operator-error.ts'

type Place = { path: string } | { host: string; port: number }

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
  const { host, port } = place
  if (error.code === 'EADDRINUSE')
    return new OperatorError(`Port ${port} on ${host} is taken; stop what listens there, or set PORT to another one.`)
  if (error.code === 'EACCES')
    return new OperatorError(`Port ${port} on ${host} needs more rights than this user has; set PORT to one above 1023.`)
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new OperatorError(`HOST is "${host}", which is no address of this machine.`)
  return error
}
