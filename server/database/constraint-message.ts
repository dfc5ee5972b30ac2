const TYPE_SENTENCES: Record<string, string> = { INTEGER: 'a whole number', TEXT: 'text' }

/**
 * The constraint that a row broke, as a sentence such as "age must be a whole number from 0 to 150", from the `error` of SQLite or PostgreSQL;
 * null when the error has another reason.
 */
export function constraintMessage(error: unknown): string | null {
  const message = error instanceof Error ? error.message : ''
  const check = /(?:CHECK constraint failed: |violates check constraint )(.+)/.exec(message)?.[1]
  if (check) return check.replace(/^"(.*)"$/, '$1')
  const unique = /UNIQUE constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (unique) return takenMessage(unique)
  const missing = /NOT NULL constraint failed: (?:\w+\.)?(\w+)/.exec(message)?.[1]
  if (missing) return missingMessage(missing)
  const [, , type = '', column] = /cannot store (\w+) value in (\w+) column (?:\w+\.)?(\w+)/.exec(message) ?? []
  if (column) return `${column} must be ${TYPE_SENTENCES[type] ?? type}`
  // SQLite's message for a rowid that is not an integer names no column.
  if (message.includes('datatype mismatch')) return 'id must be a whole number'
  return error instanceof Error ? postgresMessage(error) : null
}

/** What a row breaks whose `column` another person has. */
export function takenMessage(column: string): string {
  return column === 'id' ? 'id is already taken' : `${column} is already taken, perhaps in a different letter case`
}

function missingMessage(column: string): string {
  return `${column} must not be missing`
}

// The codes of https://www.postgresql.org/docs/current/errcodes-appendix.html
function postgresMessage(error: Error & { code?: unknown; column?: unknown; constraint?: unknown }): string | null {
  // Raised by a function of the migrations: the message is the sentence.
  if (error.code === '23514') return error.message
  if (error.code === '23505') return takenMessage(/^User_(\w+)Key_key$/.exec(String(error.constraint))?.[1] ?? 'id')
  if (error.code === '23502') return missingMessage(String(error.column))
  return null
}
