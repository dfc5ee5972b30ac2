import 'server-only'
import { type FoldCharacter, foldWords, type Search } from '../search-words.ts'
import { database } from './database.ts'

// Of scripts that do not part words: the triggers of "User" have the same ranges. What such a character is there three times for, the
// migration fold_names explains.
const THRICE =
  /[\u0E00-\u109F\u1780-\u17FF\u1950-\u19DF\u1A20-\u1AAF\u3005-\u3007\u3040-\u31FF\u3400-\u4DBF\u4E00-\uA4CF\uA9E0-\uA9FF\uAA60-\uAADF\uF900-\uFAFF\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u

let folding: Promise<FoldCharacter> | undefined

/** What `q` searches for. */
export async function readSearch(q: string): Promise<Search> {
  if (q === '') return { words: [], foldCharacter: (character) => character }
  const foldCharacter = await loadFolding()
  return { words: foldWords(q, foldCharacter), foldCharacter }
}

// Once: a migration that changes the table comes with new processes.
function loadFolding(): Promise<FoldCharacter> {
  folding ??= readFolding().catch((error: unknown) => {
    folding = undefined
    throw error
  })
  return folding
}

// Raw SQL: no table of Prisma's schema.
async function readFolding(): Promise<FoldCharacter> {
  const [row] = await database().$queryRaw<{ table: string }[]>`
    SELECT json_group_object("character", "folded") AS "table" FROM "Folding"`
  const table = new Map<string, string>(Object.entries(JSON.parse(row?.table ?? '{}')))
  return (character) => table.get(character) ?? (THRICE.test(character) ? character.repeat(3) : character)
}
