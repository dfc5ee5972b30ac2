import { join } from 'node:path'
import { buildIfStale } from './build.ts'
import { completeRelease } from './complete-release.ts'
import { ROOT } from './paths.ts'
import { runCommand } from './run-command.ts'

await runCommand(async () => {
  await buildIfStale()
  completeRelease(join(ROOT, '.next/standalone'))
})
