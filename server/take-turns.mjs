// Plain JavaScript without dependencies, for server/bootstrap.mjs.
import { createHash } from 'node:crypto'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const RETRY_MS = 200

/**
 * Runs `work` in the clone at `root` once no other process runs the same there; `what` names it in the line printed while waiting.
 * @template Result
 * @param {string} root
 * @param {string} what
 * @param {() => Result | Promise<Result>} work
 * @returns {Promise<Result>}
 */
export async function takeTurns(root, what, work) {
  // Only Linux has abstract sockets, which are not files and end with their process.
  if (process.platform !== 'linux') return work()
  const path = `\0roster-${createHash('sha256').update(`${what} in ${root}`).digest('hex')}`
  let turn = await listen(path)
  if (turn === null) console.error(`Another process is ${what} here; waiting for it to finish …`)
  while (turn === null) {
    await wait(RETRY_MS)
    turn = await listen(path)
  }
  try {
    return await work()
  } finally {
    turn.close()
  }
}

/**
 * @param {string} path
 * @returns {Promise<import('node:net').Server | null>}
 */
function listen(path) {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(null) : reject(error)))
    server.listen(path, () => resolve(server))
  })
}
