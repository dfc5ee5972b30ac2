import { connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { listen } from '../listen.ts'
import { readFileLimit } from '../worker/limit-connections.ts'

const MOST_CONNECTIONS = 400
// Each needs two of them once a worker is there, and the master needs some to start that worker.
const FILES_A_CONNECTION = 4
// Until then a worker whose end has brought the visitor here may still count as one that serves.
const SETTLE_MS = 50

/**
 * Listens on the socket `path`, where nginx sends requests for which it has found no worker. They wait there for the next worker and are
 * passed on to it, instead of failing for as long as a worker takes to start. `findWorkerSocket` waits for a worker and returns the path of
 * its socket; null when none is to be expected soon.
 */
export async function openWaitingRoom(path: string, findWorkerSocket: () => Promise<string | null>): Promise<void> {
  const server = createServer({ pauseOnConnect: true }, (visitor) => void admit(visitor, findWorkerSocket))
  server.maxConnections = Math.min(MOST_CONNECTIONS, Math.floor(readFileLimit().limit / FILES_A_CONNECTION))
  await listen(server, { path })
  server.unref()
  // Removes the socket.
  process.once('exit', () => server.close())
}

async function admit(visitor: Socket, findWorkerSocket: () => Promise<string | null>): Promise<void> {
  // One who leaves while waiting.
  visitor.on('error', () => {})
  await wait(SETTLE_MS)
  const socket = await findWorkerSocket()
  if (socket === null) {
    visitor.destroy()
    return
  }
  const worker = connect(socket)
  // An error in either direction, such as the worker's end, closes both: nginx then answers for us.
  pipeline(visitor, worker, visitor, () => {})
}
