import { OperatorError } from '../errors.ts'
import { FIELDS, type Field } from './imported-row.ts'

/** The name of a column, or of several whose values are joined by spaces; an empty list leaves the field out. */
export type ColumnNames = Partial<Record<Field, string[]>>

/** The indexes of the columns of each field. */
export type Columns = ReadonlyMap<Field, readonly number[]>

// As Roster, Excel lists, LDAP, Google Contacts, Outlook and Thunderbird name them, without spaces and punctuation; the best one first.
const SPELLINGS: Record<Field, string[]> = {
  id: ['id'],
  username: [
    ...['username', 'user', 'login', 'loginname', 'samaccountname', 'uid', 'accountname'],
    ...['displayname', 'fullname', 'name', 'cn', 'fn'],
  ],
  email: ['email', 'mail', 'emailaddress', 'mailaddress', 'primaryemail', 'email1value', 'emails', 'userprincipalname'],
  age: ['age'],
}

/** Where a file has no column for the username, it is put together from these. */
const NAME_PARTS: readonly (readonly string[])[] = [
  ['firstname', 'givenname'],
  ['middlename', 'additionalname'],
  ['lastname', 'familyname', 'surname', 'sn'],
]

/**
 * Finds the fields in the header `names`; `chosen` of --columns comes first. `surplus` are the names of all other columns.
 * @throws OperatorError when a chosen column is missing, two columns have the same name, or no field is found.
 */
export function findColumns(names: readonly string[], chosen: ColumnNames): { columns: Columns; surplus: string[] } {
  const columns = new Map<Field, readonly number[]>()
  for (const field of FIELDS) {
    const wanted = chosen[field]
    const indexes = wanted === undefined ? findField(field, names) : wanted.map((name) => findChosen(field, name, names))
    if (indexes.length > 0) columns.set(field, indexes)
  }
  const { id, ...others } = chosen
  if (columns.size === 0 || (columns.size === 1 && columns.has('id') && Object.keys(others).length === 0))
    throw new OperatorError(
      `it has no column for username or email, but ${list(names)}; the first line must name the columns, or use --columns 'username=…,email=…'`,
    )
  const used = new Set([...columns.values()].flat())
  return { columns, surplus: names.filter((name, index) => name.trim() !== '' && !used.has(index)) }
}

function findField(field: Field, names: readonly string[]): number[] {
  for (const spelling of SPELLINGS[field]) {
    const indexes = indexesOf(spelling, names)
    if (indexes.length > 1)
      throw new OperatorError(
        `it has ${indexes.length} columns for the ${field}: ${list(indexes.map((index) => names[index] ?? ''))}; rename all but one`,
      )
    if (indexes.length === 1) return indexes
  }
  return field === 'username' ? NAME_PARTS.flatMap((parts) => parts.flatMap((part) => indexesOf(part, names).slice(0, 1)).slice(0, 1)) : []
}

function findChosen(field: Field, wanted: string, names: readonly string[]): number {
  const exact = names.indexOf(wanted)
  const index = exact === -1 ? (indexesOf(simplify(wanted), names)[0] ?? -1) : exact
  if (index === -1) throw new OperatorError(`it has no column "${wanted}" for the ${field}, but ${list(names)}; correct --columns`)
  return index
}

function indexesOf(spelling: string, names: readonly string[]): number[] {
  return names.flatMap((name, index) => (simplify(name) === spelling ? [index] : []))
}

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 40)))
  return shown.join(', ') + (names.length > shown.length ? ', …' : '')
}
