import { hasParts, isShortWord } from '../_models/search-words.ts'

export type TextPart = { start: number; text: string; isMarked: boolean }

/**
 * `text` split into parts that match a searched word and parts that do not. Letter case is ignored, in any script. As in the search, a
 * word of one or two letters only matches the start of the text and, with `isUsername`, of each name part.
 */
export function markWords(text: string, words: string[], isUsername: boolean): TextPart[] {
  const isMarked = findMarked(text, words, isUsername)
  const parts: TextPart[] = []
  for (let start = 0; start < text.length; ) {
    let end = start + 1
    while (end < text.length && isMarked[end] === isMarked[start]) end += 1
    parts.push({ start, text: text.slice(start, end), isMarked: isMarked[start] === true })
    start = end
  }
  return parts
}

/** For each code unit of `text`, whether a word covers it. */
function findMarked(text: string, words: string[], isUsername: boolean): boolean[] {
  const isMarked = Array.from({ length: text.length }, () => false)
  const { folded, sources } = fold(text)
  // Accents may be characters of their own in the text, as in the search itself.
  for (const word of new Set(words.flatMap((each) => [each, each.normalize('NFD')]))) {
    const { folded: wanted } = fold(word)
    if (wanted === '') continue
    const isPart = isUsername && !hasParts(word)
    for (let found = folded.indexOf(wanted); found !== -1; found = folded.indexOf(wanted, found + 1)) {
      const isBeginning = found === 0 || (isPart && hasParts(folded.charAt(found - 1)))
      if (isShortWord(word) && !isBeginning) continue
      // `sources` has one entry more than `folded` has code units: where the text ends.
      const last = sources[found + wanted.length - 1] ?? 0
      const end = sources.find((source) => source > last) ?? text.length
      isMarked.fill(true, sources[found], end)
    }
  }
  return isMarked
}

/** `text` without letter case, and for each of its code units where in `text` the character that it comes from begins. */
function fold(text: string): { folded: string; sources: number[] } {
  let folded = ''
  let source = 0
  const sources: number[] = []
  for (const character of text) {
    const lower = foldCharacter(character)
    for (let unit = 0; unit < lower.length; unit += 1) sources.push(source)
    folded += lower
    source += character.length
  }
  sources.push(source)
  return { folded, sources }
}

// Through the capital, so that both small sigmas are one letter; "ß" has a capital of two letters and stays as it is.
function foldCharacter(character: string): string {
  const upper = character.toUpperCase()
  return ([...upper].length === 1 ? upper : character).toLowerCase()
}
