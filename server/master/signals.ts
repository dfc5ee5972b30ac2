import { closeSync, openSync } from 'node:fs'
import { isatty } from 'node:tty'

type Actions = { stop: () => Promise<void>; reload: () => Promise<void> }

/**
 * SIGTERM and SIGINT call `stop`, SIGHUP calls `reload`; when the terminal of this process is closed, SIGHUP calls `stop`.
 * `stop` is called once, `reload` not before the one before has ended.
 */
export function obeySignals({ stop, reload }: Actions): void {
  let isStopping = false
  const stopOnce = () => {
    // npm passes on a Ctrl-C that this process has already received from the terminal.
    if (isStopping) return
    isStopping = true
    void stop()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stopOnce)

  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor)) && isTerminalOpen()
  let reloads = Promise.resolve()
  process.on('SIGHUP', () => {
    if (hasTerminal && !isTerminalOpen()) stopOnce()
    else reloads = reloads.then(reload)
  })
}

// A hang-up closes the terminal for all of its processes.
function isTerminalOpen(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
