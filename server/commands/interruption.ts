const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

/** A signal has ended the work of a command. */
export class Interruption extends Error {
  readonly exitStatus: number

  constructor(exitStatus: number) {
    super('interrupted')
    this.exitStatus = exitStatus
  }
}

/** Calls `interrupt` with the exit status when SIGINT or SIGTERM comes, once: a second one ends the process at once. */
export function onInterruption(interrupt: (exitStatus: number) => void): void {
  for (const [signal, status] of SIGNALS) process.once(signal, () => interrupt(status))
}

/** Returns a function that throws an Interruption after SIGINT or SIGTERM. */
export function watchForInterruption(): () => void {
  let interruption: Interruption | null = null
  onInterruption((exitStatus) => {
    interruption = new Interruption(exitStatus)
  })
  return () => {
    if (interruption !== null) throw interruption
  }
}
