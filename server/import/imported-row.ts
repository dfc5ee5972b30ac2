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

/** A row longer than this ends an import: one line of 100 MB must not fill the memory. Enough for a vCard with a photo. */
export const MAX_ROW_CHARACTERS = 4 * 2 ** 20
