import { plainText } from './plain-text.ts'

/** As many as initials-disc.css has classes for. */
export const HUES = 12

const LETTER = /^\p{L}/v
// Letters of these scripts would join into one shape.
const JOINING_LETTER = /^[\p{sc=Arab}\p{sc=Syrc}\p{sc=Nkoo}\p{sc=Adlm}\p{sc=Mong}]/v
const NON_JOINER = '\u200c'
// Characters that fit into the disc: a letter of some scripts consists of several.
const MAX_CHARACTERS = 3
// Few fonts have the capitals of Georgian, and no name is written with one.
const GEORGIAN = /^\p{sc=Geor}/v

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The first letters of the first and the last word of `name`, as far as they fit, its first sign where it has no letter, and an empty string where it is blank. */
export function initialsOf(name: string): string {
  const text = plainText(name).normalize('NFC')
  // A username such as "ann-marie.smith28" has other separators.
  const words = text.split(text.includes(' ') ? ' ' : /[._-]/)
  const letters = words.flatMap((word) => findGrapheme(word, LETTER) ?? [])
  const [first = findGrapheme(text, /^/) ?? '', last = ''] = letters.length > 1 ? [letters[0], letters.at(-1)] : letters
  if ([...first, ...last].length > MAX_CHARACTERS) return capitalize(first)
  return [first, last].map(capitalize).join(JOINING_LETTER.test(first) && last !== '' ? NON_JOINER : '')
}

/** A number from 0 to HUES - 1: the same in every process for every spelling of `name`. */
export function hueOf(name: string): number {
  const text = plainText(name).normalize('NFKC').toLowerCase()
  // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
  let hash = 0x811c9dc5
  for (let unit = 0; unit < text.length; unit += 1) hash = Math.imul(hash ^ text.charCodeAt(unit), 0x01000193)
  return (hash >>> 0) % HUES
}

/** The first of the characters that a reader of `text` sees whose beginning fits `pattern`. */
function findGrapheme(text: string, pattern: RegExp): string | undefined {
  for (const { segment } of GRAPHEMES.segment(text)) if (pattern.test(segment)) return segment
  return undefined
}

function capitalize(letter: string): string {
  if (GEORGIAN.test(letter)) return letter
  // "ﬁ" becomes two.
  return findGrapheme(letter.toUpperCase(), /^/) ?? ''
}
