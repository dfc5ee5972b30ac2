import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { errorMessage, OperatorError } from '../errors.ts'
import { type Settings, socketPath, waitingRoomPath } from '../settings.ts'

/**
 * Makes way for the sockets of workers and master in `socketDirectory`: those of a run that crashed are removed.
 * @throws OperatorError when the folder can not be made, or somebody still listens on one of them.
 */
export async function clearSockets(socketDirectory: string, webWorkers: number): Promise<void> {
  try {
    mkdirSync(socketDirectory, { recursive: true })
  } catch (error) {
    throw new OperatorError(`SOCKET_DIRECTORY ${socketDirectory} can not be used: ${errorMessage(error)}`)
  }
  const workers = Array.from({ length: webWorkers }, (_, index) => socketPath(socketDirectory, index + 1))
  for (const path of [...workers, waitingRoomPath(socketDirectory)]) {
    if (!existsSync(path)) continue
    if (await isListening(path))
      throw new OperatorError(`Another Roster listens on ${path}; stop it, or set SOCKET_DIRECTORY to another folder.`)
    rmSync(path)
  }
}

/** Has sockets made from now on be open to the user and the group, and to nobody else: a later chmod would leave a gap. */
export function restrictSockets(): void {
  process.umask(0o117)
}

/** Gives the socket `path` to the group that may connect to it. */
export function giveSocketToGroup(path: string, { socketGroup }: Settings): void {
  if (socketGroup !== null) chownSync(path, process.getuid?.() ?? 0, socketGroup)
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
