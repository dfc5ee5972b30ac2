import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../server/listen.ts'
import { temporaryFolder } from '../../fixtures/temporary-database.ts'

test('a thousand connections wait while a process is too busy to accept them', async () => {
  const path = join(temporaryFolder(), 'worker.sock')
  const server = createServer()
  await listen(server, { path })
  // All in one tick, in which the server accepts none.
  const sockets = Array.from({ length: 1_000 }, () => connect(path))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  await expect(Promise.all(sockets.map((socket) => once(socket, 'connect')))).resolves.toHaveLength(1_000)
})
