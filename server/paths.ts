import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** Next's standalone build: https://nextjs.org/docs/app/api-reference/config/next-config-js/output */
export const STANDALONE = join(ROOT, '.next/standalone')
