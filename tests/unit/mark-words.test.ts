import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { foldWords } from '../../app/_models/search-words.ts'
import { markWords } from '../../app/_views/mark-words.ts'

// Some of what the table of the database does (tests/integration/model/folding.test.ts checks that one).
function foldCharacter(character: string): string {
  if (/\p{sc=Han}/u.test(character)) return character.repeat(3)
  const letters = character
    .normalize('NFKD')
    .replaceAll(/\p{M}|\p{Cf}/gu, '')
    .toUpperCase()
    .toLowerCase()
  return letters.replaceAll('’', "'")
}

function markParts(text: string, words: string[], isUsername: boolean) {
  return markWords(text, { words: foldWords(words.join(' '), foldCharacter), foldCharacter }, isUsername)
}

/** `text` with what is marked in square brackets. */
function mark(text: string, words: string[], isUsername: boolean) {
  return markParts(text, words, isUsername)
    .map((part) => (part.isMarked ? `[${part.text}]` : part.text))
    .join('')
}

describe('markWords', () => {
  test.each([
    ['nothing without words', 'anna', [], 'anna'],
    ['every occurrence', 'banana-bandana', ['ana'], 'b[anana]-band[ana]'],
    ['whatever the letter case', 'Miles O’BRIEN', ['miles', 'brien'], '[Miles] O’[BRIEN]'],
    ['letters beyond ASCII', 'ЕЛЕНА Ångström', ['елена', 'ÅNG'], '[ЕЛЕНА] [Ång]ström'],
    ['accents that are characters of their own', 'Zoe\u0308 Two', ['zo\u00eb'], '[Zoe\u0308] Two'],
    ['a letter with an accent, from any keyboard', 'JÜRGEN Łukasz', ['jurgen'], '[JÜRGEN] Łukasz'],
    ['half a letter as the whole one', 'Weiß', ['weis'], '[Weiß]'],
    ['characters of full width', 'ａｐｐｌｅ', ['PLE'], 'ａｐ[ｐｌｅ]'],
    ['an apostrophe of another kind', 'O’Connor', ["o'con"], '[O’Con]nor'],
    ['a part of a Chinese name', '王小明', ['小明'], '王[小明]'],
    ['what nobody sees together with the letter before', 'Dan\u200eiel', ['daniel'], '[Dan\u200eiel]'],
    ['both small sigmas', 'ΟΔΥΣΣΕΥΣ', ['σευς'], 'ΟΔΥΣ[ΣΕΥΣ]'],
    ['a letter whose small form is two', 'İstanbul', ['stan'], 'İ[stan]bul'],
    ['overlapping words as one', 'annabel', ['anna', 'nabel'], '[annabel]'],
    ['touching words as one', 'annabel', ['ann', 'abel'], '[annabel]'],
    ['a short word only at the beginning', 'ananas', ['an'], '[an]anas'],
    ['no short word further on', 'joan', ['an'], 'joan'],
    ['two signs beyond the first plane as short', 'a🦊🦊', ['🦊🦊'], 'a🦊🦊'],
    ['special signs of patterns as they are', '100%_sure.*', ['%_s', '.*'], '100[%_s]ure.*'],
    ['markup as text', '<b>bold</b>', ['<b>'], '[<b>]bold</b>'],
  ])('marks %s', (_, text, words, marked) => {
    expect(mark(text, words, false)).toBe(marked)
  })

  test.each([
    ['a short word where a part begins', 'joan.anna-li', ['an'], 'joan.[an]na-li'],
    ['a short word of two parts only at the beginning', 'b-b-c', ['b-'], '[b-]b-c'],
    ['no short word within a part', 'anna_joan', ['oa'], 'anna_joan'],
  ])('marks in a username %s', (_, text, words, marked) => {
    expect(mark(text, words, true)).toBe(marked)
  })

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'ß', 'İ', 'Σ', 'ς', '🦊', '\ud800') }),
  )

  test('the parts join to the same text, each as long as possible, without splitting a character', () => {
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 10 }), fc.boolean(), (name, words, isUsername) => {
        const parts = markParts(name, words, isUsername)
        expect(parts.map((part) => part.text).join('')).toBe(name)
        for (const [index, part] of parts.entries()) {
          expect(part.text).not.toBe('')
          expect(part.isMarked).not.toBe(parts[index - 1]?.isMarked)
          if (name.isWellFormed()) expect(part.text.isWellFormed()).toBe(true)
        }
      }),
    )
  })

  test('a word marks itself', () => {
    fc.assert(
      fc.property(text, (word) => {
        fc.pre(/^\S+$/.test(word) && foldWords(word, foldCharacter)[0]?.folded === Array.from(word, foldCharacter).join(''))
        const letters = markParts(word, [word], false).filter(({ text: part }) => foldWords(part, foldCharacter).length > 0)
        expect(letters.every(({ isMarked }) => isMarked)).toBe(true)
      }),
    )
  })
})
