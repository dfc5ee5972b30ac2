import { closeSync, openSync, writeSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { errorMessage, OperatorError } from '../errors.ts'
import { FIELDS, type Field } from './imported-row.ts'
import { GIVEN } from './stage.ts'

const MAX_SHOWN_CHARACTERS = 60
const ROWS_PER_WRITE = 1_000

// The people are private.
const REPORT_MODE = 0o640

/** The first refused rows, each as a line such as: Line 4, age "abc": age must be a whole number. */
export function describeRefusedRows(database: DatabaseSync, limit: number): string[] {
  const rows = database.prepare('SELECT * FROM "ImportRow" WHERE "reason" IS NOT NULL ORDER BY "row" LIMIT ?').all(limit)
  return rows.map((row) => {
    const reason = String(row.reason)
    const field = FIELDS.find((each) => reason.startsWith(`${each} `))
    return `Line ${row.line}${field === undefined ? '' : `, ${field} ${show(row[field])}`}: ${reason}`
  })
}

/**
 * Writes all refused rows to `file` as a CSV: mended, it can be imported, as its first two columns are ignored.
 * @throws OperatorError when it cannot be written.
 */
export function writeReport(database: DatabaseSync, file: string): void {
  const fields = listGivenFields(database)
  try {
    const report = openSync(file, 'w', REPORT_MODE)
    try {
      let lines = [toCsvLine(['line', 'reason', ...fields])]
      for (const row of database.prepare('SELECT * FROM "ImportRow" WHERE "reason" IS NOT NULL ORDER BY "row"').iterate()) {
        lines.push(toCsvLine([row.line, row.reason, ...fields.map((field) => row[field])]))
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

// A column that the file does not have would empty that field of everybody when the report is imported.
function listGivenFields(database: DatabaseSync): Field[] {
  const bits = FIELDS.map((field) => `max("given" & ${GIVEN[field]}) AS "${field}"`)
  const given = database.prepare(`SELECT ${bits.join(', ')} FROM "ImportRow"`).get()
  return FIELDS.filter((field) => Number(given?.[field]) > 0)
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
