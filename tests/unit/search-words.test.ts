import { expect, test } from 'vitest'
import { foldWords, searchWords } from '../../app/_models/search-words.ts'

test.each([
  ['', []],
  ['  \t ', []],
  ['ann', ['ann']],
  [' ann\u00a0lee\u3000x ', ['ann', 'lee', 'x']],
  ['a b c d e f g h i j k l', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']],
])('%j', (q, words) => {
  expect(searchWords(q)).toEqual(words)
})

const foldCharacter = (character: string) =>
  character === '王' ? '王王王' : character.normalize('NFD').charAt(0).replace('\u0301', '').toLowerCase()

test.each([
  ['A', [{ text: 'A', folded: 'a', isShort: true }]],
  ['än', [{ text: 'än', folded: 'an', isShort: true }]],
  ['Ann ÄNN ann', [{ text: 'Ann', folded: 'ann', isShort: false }]],
  ['王', [{ text: '王', folded: '王王王', isShort: false }]],
  ['\u0301 b', [{ text: 'b', folded: 'b', isShort: true }]],
])('%s folds to %o', (q, words) => {
  expect(foldWords(q, foldCharacter)).toEqual(words)
})
