import type { DatabaseSync } from 'node:sqlite'

/** How the table "Folding" of `sql` folds a text, but for characters of scripts that do not part words: these are there three times. */
export function foldingOf(sql: DatabaseSync): (text: string) => string {
  const table = new Map(
    sql
      .prepare('SELECT "character", "folded" FROM "Folding"')
      .all()
      .map(({ character, folded }) => [String(character), String(folded)]),
  )
  return (text) =>
    Array.from(text, (character) => table.get(character) ?? (/\p{sc=Han}/u.test(character) ? character.repeat(3) : character)).join('')
}
