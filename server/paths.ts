import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

const BUILD = join(ROOT, '.next/standalone')

/**
 * Next's standalone build: https://nextjs.org/docs/app/api-reference/config/next-config-js/output
 * `roster build` copies this code into it (server/release/package-release.ts); that copy is in the build itself.
 */
export const STANDALONE = existsSync(BUILD) ? BUILD : ROOT
