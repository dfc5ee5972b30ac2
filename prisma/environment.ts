import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ENVIRONMENT_FILE = fileURLToPath(new URL('../.env', import.meta.url))

/** Reads `.env` at the repository's root, if there is one. A variable that is already set wins. */
export function loadEnvironment(file = ENVIRONMENT_FILE): void {
  if (existsSync(file)) process.loadEnvFile(file)
}
