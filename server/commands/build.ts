import { join } from 'node:path'
import { ROOT } from '../paths.ts'
import { buildIfStale } from '../release/build.ts'
import { completeRelease } from '../release/package-release.ts'
import { runCommand } from '../run-command.ts'

await runCommand(async () => {
  await buildIfStale()
  completeRelease(join(ROOT, '.next/standalone'))
})
