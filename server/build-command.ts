import { buildIfStale } from './build.ts'
import { runCommand } from './run-command.ts'

await runCommand(buildIfStale)
