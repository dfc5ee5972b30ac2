import { type FoldCharacter, foldWords, type Search } from './search-words.ts'

// Of scripts that do not part words: the triggers of "User" have the same ranges. What such a character is there three times for, the
// migration fold_names explains.
const THRICE =
  /[\u0E00-\u109F\u1780-\u17FF\u1950-\u19DF\u1A20-\u1AAF\u3005-\u3007\u3040-\u31FF\u3400-\u4DBF\u4E00-\uA4CF\uA9E0-\uA9FF\uAA60-\uAADF\uF900-\uFAFF\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}]/u

/** What searches are folded by: the table "Folding" of a database. */
export class FoldingTable {
  readonly #read: () => Promise<string>
  #folding: Promise<FoldCharacter> | undefined

  /** @param read reads the table, as a JSON object. */
  constructor(read: () => Promise<string>) {
    this.#read = read
  }

  /** What `q` searches for. */
  async readSearch(q: string): Promise<Search> {
    if (q === '') return { words: [], foldCharacter: (character) => character }
    const foldCharacter = await this.#load()
    return { words: foldWords(q, foldCharacter), foldCharacter }
  }

  // Once: a migration that changes the table comes with new processes.
  #load(): Promise<FoldCharacter> {
    this.#folding ??= this.#build().catch((error: unknown) => {
      this.#folding = undefined
      throw error
    })
    return this.#folding
  }

  async #build(): Promise<FoldCharacter> {
    const table = new Map<string, string>(Object.entries(JSON.parse(await this.#read())))
    return (character) => table.get(character) ?? (THRICE.test(character) ? character.repeat(3) : character)
  }
}
