import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { errorMessage, OperatorError } from './errors.ts'

const ENVIRONMENT_FILE = fileURLToPath(new URL('../.env', import.meta.url))

/**
 * Reads `.env` at the repository's root, if there is one. A variable that is already set wins.
 * @throws OperatorError where a line cannot be understood: to ignore it would be to serve with other settings than are there.
 */
export function loadEnvironment(file = ENVIRONMENT_FILE): void {
  if (!existsSync(file)) return
  const text = readText(file)
  refuseOtherLines(text, file)
  for (const [name, value] of Object.entries(parseEnv(text))) process.env[name.trim()] ??= value
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    // Windows PowerShell writes UTF-16 with a byte order mark; without one, the NUL in each letter of a name shows it.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text.replaceAll(/\r\n?/g, '\n')
  } catch (error) {
    if (!(error instanceof TypeError)) throw new OperatorError(`${file} cannot be read: ${errorMessage(error)}`)
  }
  throw new OperatorError(`${file} is not in UTF-8; save it in that encoding`)
}

function refuseOtherLines(text: string, file: string): void {
  // A value in quotes may have several lines.
  const lines = text.replaceAll(/=[ \t]*(["'`])[\s\S]*?\1/g, (value) => `=${'\n'.repeat(value.split('\n').length - 1)}`).split('\n')
  const index = lines.findIndex((line) => !/^\s*(?:#|$|[^=#\s][^=#]*=)/.test(line))
  if (index >= 0) throw new OperatorError(`${file}, line ${index + 1}: "${lines[index]?.trim()}" is not NAME=value`)
}
