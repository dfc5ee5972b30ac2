import { expect, test } from 'vitest'
import { isShortWord, searchWords } from '../../app/_models/search-words.ts'

test.each([
  ['', []],
  ['  \t ', []],
  ['ann', ['ann']],
  [' ann\u00a0lee\u3000x ', ['ann', 'lee', 'x']],
  ['a b c d e f g h i j k l', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']],
])('%j', (q, words) => {
  expect(searchWords(q)).toEqual(words)
})

test.each([
  ['a', true],
  ['an', true],
  ['ann', false],
  ['🦊🦊', true],
  ['王小明', false],
])('%s is short: %s', (word, isShort) => {
  expect(isShortWord(word)).toBe(isShort)
})
