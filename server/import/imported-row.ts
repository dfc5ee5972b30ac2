export const FIELDS = ['id', 'username', 'email', 'age'] as const

export type Field = (typeof FIELDS)[number]

/** Bytes stand for a value that is neither text nor a number, so that the database refuses it by its own sentence. */
export type Cell = string | number | null | Uint8Array

/** One person of a file. A field that the file does not have is not in `cells`; a null is a field without a value. */
export type ImportedRow = {
  /** Where it begins in the file, from 1. */
  line: number
  cells: Partial<Record<Field, Cell>>
  /** Why the row cannot be read; null when it can. */
  fault: string | null
}

/** The bit of each field in "given" of a staged row. */
export const GIVEN = { id: 1, username: 2, email: 4, age: 8 } as const

/** The bits of the fields in `cells`. An id without a value is no id: the person keeps theirs, or gets a new one. */
export function givenFields(cells: ImportedRow['cells']): number {
  const given = FIELDS.filter((field) => field in cells && (field !== 'id' || cells.id !== null))
  return given.reduce((bits, field) => bits + GIVEN[field], 0)
}

/** A row longer than this ends an import: one line of 100 MB must not fill the memory. Enough for a vCard with a photo. */
export const MAX_ROW_CHARACTERS = 4 * 2 ** 20
