import { chownSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { errorMessage, OperatorError } from '../errors.ts'
import { type Settings, socketPath, waitingRoomPath } from '../settings.ts'

/**
 * Removes the sockets of a run that crashed from `socketDirectory`, which it makes if need be.
 * @throws OperatorError when the folder cannot be made, or another process listens on one of the sockets.
 */
export async function clearSockets(socketDirectory: string, webWorkers: number): Promise<void> {
  try {
    mkdirSync(socketDirectory, { recursive: true })
  } catch (error) {
    throw new OperatorError(`SOCKET_DIRECTORY ${socketDirectory} cannot be used: ${errorMessage(error)}`)
  }
  const workers = Array.from({ length: webWorkers }, (_, index) => socketPath(socketDirectory, index + 1))
  for (const path of [...workers, waitingRoomPath(socketDirectory)]) {
    if (!existsSync(path)) continue
    if (await isListening(path))
      throw new OperatorError(`Another Roster listens on ${path}; stop it, or set SOCKET_DIRECTORY to another folder.`)
    rmSync(path)
  }
}

/** Has sockets made from now on admit the user and the group only. Not by chmod, which would come after the socket is open to all. */
export function restrictSockets(): void {
  process.umask(0o117)
}

/** Gives the socket `path` to the group that may connect to it. */
export function chownSocket(path: string, { socketGroup }: Settings): void {
  if (socketGroup !== null) chownSync(path, process.getuid?.() ?? 0, socketGroup)
}

function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path)
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
