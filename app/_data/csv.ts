import type { UserRow } from '../_models/user.ts'

const LINE_END = '\r\n'
const NEEDS_QUOTES = /[",\r\n]/
// Spreadsheets read these as the start of a formula, also behind quotes and white space.
const FORMULA = /^["'\s]*[=+\-@\t\r]/

/** CSV, as RFC 4180 has it. */
export const CSV_HEADER = `id,username,email,age${LINE_END}`

export const BYTE_ORDER_MARK = '\uFEFF'

/** One line for each person; an unknown age is empty. */
export function csvLines(users: UserRow[]): string {
  let lines = ''
  for (const { id, username, email, age } of users) lines += `${id},${quote(username)},${quote(email)},${age ?? ''}${LINE_END}`
  return lines
}

/** As `csvLines`, but no value is a formula: an apostrophe in front of it makes it text. */
export function csvLinesForExcel(users: UserRow[]): string {
  return csvLines(users.map((user) => ({ ...user, username: defuse(user.username), email: defuse(user.email) })))
}

function quote(value: string): string {
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function defuse(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value
}
