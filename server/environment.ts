import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { errorMessage, OperatorError } from './errors.ts'
import { ROOT } from './paths.ts'

const ENVIRONMENT_FILE = join(ROOT, '.env')

/**
 * Sets the environment variables in `.env` at the repository's root, if that exists; variables that are already set win.
 * @throws OperatorError when a line is not NAME=value: ignoring it would mean to serve with other settings than intended.
 */
export function loadEnvironment(file = ENVIRONMENT_FILE): void {
  if (!existsSync(file)) return
  const text = readText(file)
  refuseMalformedLines(text, file)
  for (const [name, value] of Object.entries(parseEnv(text))) process.env[name.trim()] ??= value
}

function readText(file: string): string {
  try {
    const bytes = readFileSync(file)
    // Windows PowerShell writes UTF-16 with a byte order mark. UTF-16 without one shows by the NUL bytes.
    const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8'
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    if (!text.includes('\0')) return text.replaceAll(/\r\n?/g, '\n')
  } catch (error) {
    if (!(error instanceof TypeError)) throw new OperatorError(`${file} cannot be read: ${errorMessage(error)}`)
  }
  throw new OperatorError(`${file} is not in UTF-8; save it in that encoding`)
}

function refuseMalformedLines(text: string, file: string): void {
  // A quoted value may span several lines.
  const lines = text.replaceAll(/=[ \t]*(["'`])[\s\S]*?\1/g, (value) => `=${'\n'.repeat(value.split('\n').length - 1)}`).split('\n')
  const index = lines.findIndex((line) => !/^\s*(?:#|$|[^=#\s][^=#]*=)/.test(line))
  if (index >= 0) throw new OperatorError(`${file}, line ${index + 1}: "${lines[index]?.trim()}" is not NAME=value`)
}
