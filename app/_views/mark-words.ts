import { type FoldCharacter, hasParts, type Search } from '../_models/search-words.ts'

export type TextPart = { start: number; text: string; isMarked: boolean }

/**
 * `text` cut into parts that were searched for and parts that were not: what folds to a word is marked, together with its marks and
 * invisible characters. A short word counts only at the beginning, and where `isUsername` at that of each part, as in the search.
 */
export function markWords(text: string, search: Search, isUsername: boolean): TextPart[] {
  const isMarked = findMarked(text, search, isUsername)
  const parts: TextPart[] = []
  for (let start = 0; start < text.length; ) {
    let end = start + 1
    while (end < text.length && isMarked[end] === isMarked[start]) end += 1
    parts.push({ start, text: text.slice(start, end), isMarked: isMarked[start] === true })
    start = end
  }
  return parts
}

/** For each code unit of `text` whether some word covers it. */
function findMarked(text: string, { words, foldCharacter }: Search, isUsername: boolean): boolean[] {
  const isMarked = Array.from({ length: text.length }, () => false)
  if (words.length === 0) return isMarked
  const { folded, sources } = foldWithSources(text, foldCharacter)
  for (const word of words) {
    const isPart = isUsername && !hasParts(word.folded)
    for (let found = folded.indexOf(word.folded); found !== -1; found = folded.indexOf(word.folded, found + 1)) {
      const isBeginning = found === 0 || (isPart && hasParts(folded.charAt(found - 1)))
      if (word.isShort && !isBeginning) continue
      // `sources` has one entry more than `folded` has code units: where the text ends.
      const last = sources[found + word.folded.length - 1] ?? 0
      const end = sources.find((source) => source > last) ?? text.length
      isMarked.fill(true, sources[found], end)
    }
  }
  return isMarked
}

/** `text` folded, and for each code unit of that where in `text` the character that it comes from begins. */
function foldWithSources(text: string, foldCharacter: FoldCharacter): { folded: string; sources: number[] } {
  let folded = ''
  let source = 0
  const sources: number[] = []
  for (const character of text) {
    const piece = foldCharacter(character)
    for (let unit = 0; unit < piece.length; unit += 1) sources.push(source)
    folded += piece
    source += character.length
  }
  sources.push(source)
  return { folded, sources }
}
