import { OperatorError } from './errors.ts'

/** Runs `command`; what the operator can mend becomes one line on stderr and exit status 1. */
export async function runCommand(command: () => void | Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}
