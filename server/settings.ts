import { databaseFile } from '../prisma/database-url.ts'
import { loadEnvironment } from '../prisma/environment.ts'
import { OperatorError } from '../prisma/operator-error.ts'

export type Settings = { host: string; port: number; databaseFile: string }

/**
 * What the operator set by environment variables or `.env`; `.env.example` documents each.
 * @throws OperatorError naming the variable that can not be understood.
 */
export function readSettings(): Settings {
  loadEnvironment()
  return { host: process.env.HOST || '127.0.0.1', port: readPort(process.env.PORT || '3000'), databaseFile: databaseFile() }
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new OperatorError(`PORT is "${text}"; it must be a number from 0 to 65535 (0: any free one)`)
  }
  return Number(text)
}
