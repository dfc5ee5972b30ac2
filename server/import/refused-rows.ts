import { closeSync, openSync, writeSync } from 'node:fs'
import { errorMessage, OperatorError } from '../errors.ts'
import type { ImportDatabase } from './import-database.ts'
import { FIELDS } from './imported-row.ts'

const MAX_SHOWN_CHARACTERS = 60
const ROWS_PER_WRITE = 1_000

// The people are private.
const REPORT_MODE = 0o640

/** The first refused rows, each as a line such as: Line 4, age "abc": age must be a whole number. */
export async function describeRefusedRows(database: ImportDatabase, limit: number): Promise<string[]> {
  const lines: string[] = []
  for await (const { line, reason, cells } of database.listRefusedRows(limit)) {
    const field = FIELDS.find((each) => reason.startsWith(`${each} `))
    lines.push(`Line ${line}${field === undefined ? '' : `, ${field} ${show(cells[field])}`}: ${reason}`)
  }
  return lines
}

/**
 * Writes all refused rows to `file` as a CSV: mended, it can be imported, as its first two columns are ignored.
 * @throws OperatorError when it cannot be written.
 */
export async function writeReport(database: ImportDatabase, file: string): Promise<void> {
  // A column that the file does not have would empty that field of everybody when the report is imported.
  const fields = await database.listGivenFields()
  const rows = database.listRefusedRows()
  try {
    const report = openSync(file, 'w', REPORT_MODE)
    try {
      let lines = [toCsvLine(['line', 'reason', ...fields])]
      for await (const { line, reason, cells } of rows) {
        lines.push(toCsvLine([line, reason, ...fields.map((field) => cells[field])]))
        if (lines.length < ROWS_PER_WRITE) continue
        writeAll(report, lines.join(''))
        lines = []
      }
      writeAll(report, lines.join(''))
    } finally {
      closeSync(report)
    }
  } catch (error) {
    throw new OperatorError(`the report ${file} cannot be written: ${errorMessage(error)}; free space, or name another file`)
  }
}

function toCsvLine(values: unknown[]): string {
  return `${values.map((value) => quote(toText(value))).join(',')}\r\n`
}

function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return value instanceof Uint8Array ? Buffer.from(value).toString() : String(value)
}

// Quoted, and without characters that a terminal would obey or not show.
function show(value: unknown): string {
  if (value === null || value === undefined) return '(missing)'
  const text = toText(value)
  const shown = text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text
  return JSON.stringify(shown).replaceAll(/[\p{C}\p{Z}]/gu, (character) =>
    character === ' ' ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written)
}
