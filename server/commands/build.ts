import { join } from 'node:path'
import { ROOT } from '../paths.ts'
import { buildIfStale } from '../release/build.ts'
import { completeRelease } from '../release/package-release.ts'

/** Builds a release in .next/standalone. */
export async function build(): Promise<void> {
  await buildIfStale()
  completeRelease(join(ROOT, '.next/standalone'))
}
