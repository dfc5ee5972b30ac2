const TYPE_SENTENCES: Record<string, string> = { INTEGER: 'a whole number', TEXT: 'text' }

/**
 * The constraint that a row broke, as a sentence such as "age must be a whole number from 0 to 150", from SQLite's `error`;
 * null when the error has another reason.
 */
export function constraintMessage(error: unknown): string | null {
  const message = error instanceof Error ? error.message : ''
  const check = /CHECK constraint failed: (.+)/.exec(message)?.[1]
  if (check) return check
  const unique = /UNIQUE constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (unique) return takenMessage(unique)
  const missing = /NOT NULL constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (missing) return `${missing} must not be missing`
  const [, , type = '', column] = /cannot store (\w+) value in (\w+) column (?:\w+\.)?(\w+)/.exec(message) ?? []
  if (column) return `${column} must be ${TYPE_SENTENCES[type] ?? type}`
  // SQLite's message for a rowid that is not an integer names no column.
  if (message.includes('datatype mismatch')) return 'id must be a whole number'
  return null
}

/** What a row breaks whose `column` another person has. */
export function takenMessage(column: string): string {
  return column === 'id' ? 'id is already taken' : `${column} is already taken, perhaps in a different letter case`
}
