import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Reads `.env` at the repository's root, if there is one. A variable that is already set wins. */
export function loadEnvironment(): void {
  const file = fileURLToPath(new URL('../.env', import.meta.url))
  if (existsSync(file)) process.loadEnvFile(file)
}
