import { connect, createServer, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { listen } from '../listen.ts'
import { readFileLimit } from '../worker/limit-connections.ts'

const MAX_CONNECTIONS = 400
// Each connection takes two files once a worker is there, and the master needs others to start that worker.
const FILES_PER_CONNECTION = 4
// Until then a worker that has just exited, which is why the request came here, may still count as ready.
const SETTLE_MS = 50

/**
 * Listens on the socket `path`, to which nginx sends requests when no worker listens. They wait for the next worker and are passed on to
 * it, instead of failing while it starts. `findWorkerSocket` waits for a worker and returns the path of its socket; null when none can be
 * expected soon.
 */
export async function openWaitingRoom(path: string, findWorkerSocket: () => Promise<string | null>): Promise<void> {
  const server = createServer({ pauseOnConnect: true }, (visitor) => void admit(visitor, findWorkerSocket))
  server.maxConnections = Math.min(MAX_CONNECTIONS, Math.floor(readFileLimit().limit / FILES_PER_CONNECTION))
  await listen(server, { path })
  server.unref()
  // Removes the socket.
  process.once('exit', () => server.close())
}

async function admit(visitor: Socket, findWorkerSocket: () => Promise<string | null>): Promise<void> {
  // The visitor may leave while waiting.
  visitor.on('error', () => {})
  await wait(SETTLE_MS)
  const socket = await findWorkerSocket()
  if (socket === null) {
    visitor.destroy()
    return
  }
  const worker = connect(socket)
  // An error on either side closes both: nginx then answers with its own error page.
  pipeline(visitor, worker, visitor, () => {})
}
