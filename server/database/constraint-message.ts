const TYPE_SENTENCES: Record<string, string> = { INTEGER: 'a whole number', TEXT: 'text' }

/**
 * The readable sentence for what `error`, thrown by SQLite when a row broke a constraint, holds against that row,
 * such as "age must be a whole number from 0 to 150"; null where the error is about something else.
 */
export function constraintMessage(error: unknown): string | null {
  const message = error instanceof Error ? error.message : ''
  const check = /CHECK constraint failed: (.+)/.exec(message)?.[1]
  if (check) return check
  const unique = /UNIQUE constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (unique) return unique === 'id' ? 'id is taken already' : `${unique} is taken already, perhaps in other upper and lower case`
  const missing = /NOT NULL constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (missing) return `${missing} must not be missing`
  const [, , type = '', column] = /cannot store (\w+) value in (\w+) column (?:\w+\.)?(\w+)/.exec(message) ?? []
  if (column) return `${column} must be ${TYPE_SENTENCES[type] ?? type}`
  // The only column for which SQLite's message names no column: a rowid that is no integer.
  if (message.includes('datatype mismatch')) return 'id must be a whole number'
  return null
}
