import type { UserRow } from '../_models/user.ts'
import type { HideableField } from '../_site/site.ts'

const LINE_END = '\r\n'
const NEEDS_QUOTES = /[",\r\n]/
// Spreadsheets read these as the start of a formula, also behind quotes and white space.
const FORMULA = /^["'\s]*[=+\-@\t\r]/

const COLUMNS = ['id', 'username', 'email', 'age']

/** The first line of CSV, as RFC 4180 has it. */
export function csvHeader(hiddenFields: HideableField[]): string {
  return COLUMNS.filter((column) => !hiddenFields.some((field) => field === column)).join() + LINE_END
}

export const BYTE_ORDER_MARK = '\uFEFF'

/** One line for each person; an unknown age is empty, a hidden field has no column. */
export function csvLines(users: UserRow[]): string {
  let lines = ''
  for (const { id, username, email, age } of users) {
    const shownEmail = email === undefined ? '' : `,${quote(email)}`
    const shownAge = age === undefined ? '' : `,${age ?? ''}`
    lines += `${id},${quote(username)}${shownEmail}${shownAge}${LINE_END}`
  }
  return lines
}

/** As `csvLines`, but no value is a formula: an apostrophe in front of it makes it text. */
export function csvLinesForExcel(users: UserRow[]): string {
  return csvLines(
    users.map(({ email, ...user }) => ({ ...user, username: defuse(user.username), ...(email !== undefined && { email: defuse(email) }) })),
  )
}

function quote(value: string): string {
  return NEEDS_QUOTES.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function defuse(value: string): string {
  return FORMULA.test(value) ? `'${value}` : value
}
