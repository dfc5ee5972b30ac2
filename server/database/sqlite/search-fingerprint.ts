import { DatabaseSync } from 'node:sqlite'
import { type SearchIndex, searchColumns, searchTextQuery } from './trigger-sql.ts'

// An entry of the index is three characters (a trigram) at a place in a column of a person. Its hash is f(person, column, place) × g(trigram),
// and the sum of all hashes is the same in whichever order they come. FTS5's own functions read the index, so that the sum is over what
// a search would find. f and the products of all entries of one person stay below 2^53, which a number of JavaScript can hold.
const PERSON_MODULUS = 1_048_573
const PLACE_STEP = 8
const HALF_BITS = 14
const HALF_MASK = 2 ** HALF_BITS - 1

/** The number of entries, and the sums of their hashes for either half of the trigram's. */
export type SearchFingerprint = { entries: number; sums: [bigint, bigint] }

/** The fingerprint of the search index `index`, without the people with the ids `except`. @throws an error of SQLite when it is not readable. */
export function fingerprintIndex(database: DatabaseSync, index: SearchIndex, except: number[]): SearchFingerprint {
  database.exec(`CREATE VIRTUAL TABLE temp."entries" USING fts5vocab('main', '${index}', 'instance')`)
  const terms = database.prepare(`
    SELECT "term", count(*) AS "entries",
      sum(("doc" * "doc" % ${PERSON_MODULUS} + 1) * ("offset" * ${PLACE_STEP} + length("col"))) AS "sum"
    FROM temp."entries" ${except.length > 0 ? `WHERE "doc" NOT IN (${except.join()})` : ''}
    GROUP BY "term"`)
  terms.setReadBigInts(true)
  const fingerprint: SearchFingerprint = { entries: 0, sums: [0n, 0n] }
  for (const { term, entries, sum } of terms.iterate()) {
    const [first = 0, second = 0, third = 0] = [...String(term)].map((character) => character.codePointAt(0))
    const hash = hashTrigram(first, second, third)
    fingerprint.entries += Number(entries)
    fingerprint.sums[0] += BigInt(String(sum)) * BigInt(hash & HALF_MASK)
    fingerprint.sums[1] += BigInt(String(sum)) * BigInt(hash >>> HALF_BITS)
  }
  database.exec('DROP TABLE temp."entries"')
  return fingerprint
}

/** The fingerprint that `index` should have for what is in "UserText", without the people with the ids `except`. */
export function fingerprintText(database: DatabaseSync, index: SearchIndex, except: number[]): SearchFingerprint {
  const excepted = new Set(except)
  const rows = database.prepare(searchTextQuery(database, index))
  rows.setReturnArrays(true)
  // As fingerprintIndex has them: the place in a column counts, and the length of the column's name.
  const factors = searchColumns(database, index).map((column) => column.length)
  using folding = new TrigramFolding()
  const fingerprint: SearchFingerprint = { entries: 0, sums: [0n, 0n] }
  for (const row of rows.iterate()) {
    const [id, ...texts] = Object.values(row)
    if (excepted.has(Number(id))) continue
    const remainder = Number(id) % PERSON_MODULUS
    const person = ((remainder * remainder) % PERSON_MODULUS) + 1
    let sum = 0
    let otherSum = 0
    for (let column = 0; column < factors.length; column += 1) {
      const { points, length } = folding.fold(String(texts[column]))
      let first = points[0] ?? 0
      let second = points[1] ?? 0
      for (let place = 0; place + 2 < length; place += 1) {
        const third = points[place + 2] ?? 0
        const hash = hashTrigram(first, second, third)
        const weight = person * (place * PLACE_STEP + (factors[column] ?? 0))
        sum += weight * (hash & HALF_MASK)
        otherSum += weight * (hash >>> HALF_BITS)
        first = second
        second = third
      }
      fingerprint.entries += Math.max(length - 2, 0)
    }
    fingerprint.sums[0] += BigInt(sum)
    fingerprint.sums[1] += BigInt(otherSum)
  }
  return fingerprint
}

/** 28 bits, from three code points. */
function hashTrigram(first: number, second: number, third: number): number {
  return (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b) + Math.imul(third, 0xc2b2ae35)) >>> 4
}

/** The letter case of the trigrams in an index: as SQLite's tokenizer makes it, which is asked once for each character. */
class TrigramFolding {
  readonly #database = new DatabaseSync(':memory:')
  /** By code point; 0 where the tokenizer was not asked yet. */
  readonly #folded = new Uint32Array(0x110000)
  #points = new Uint32Array(1_024)

  constructor() {
    this.#database.exec(`
      CREATE VIRTUAL TABLE "sample" USING fts5("text", tokenize='trigram');
      CREATE VIRTUAL TABLE "term" USING fts5vocab('sample', 'row')`)
  }

  /** The code points of `text`, folded: the first `length` of `points`, which the next call overwrites. */
  fold(text: string): { points: Uint32Array; length: number } {
    if (text.length > this.#points.length) this.#points = new Uint32Array(text.length)
    let length = 0
    for (let index = 0; index < text.length; index += 1) {
      const point = text.codePointAt(index) ?? 0
      if (point > 0xffff) index += 1
      this.#points[length] = this.#folded[point] || this.#ask(point)
      length += 1
    }
    return { points: this.#points, length }
  }

  #ask(point: number): number {
    this.#database.prepare('DELETE FROM "sample"').run()
    this.#database.prepare('INSERT INTO "sample" VALUES (?)').run(String.fromCodePoint(point).repeat(3))
    const folded = String(this.#database.prepare('SELECT "term" FROM "term"').get()?.term).codePointAt(0) ?? point
    this.#folded[point] = folded
    return folded
  }

  [Symbol.dispose](): void {
    this.#database.close()
  }
}
