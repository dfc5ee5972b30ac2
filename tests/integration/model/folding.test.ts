import { expect, test } from 'vitest'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { addUncheckedPeople } from '../../fixtures/unchecked-people.ts'
import { modelOn } from './model-on.ts'

// Whole Unicode, without halves of surrogate pairs, NUL, and U+0001, which ends the folded text.
const CHARACTERS = Array.from({ length: 0x10ffff - 1 }, (_, index) => index + 2)
  .filter((point) => point < 0xd800 || point > 0xdfff)
  .map((point) => String.fromCodePoint(point))

const CHARACTERS_PER_NAME = 300

// Letters and signs that Unicode does not decompose, though people do.
const ALIKE = new Map([
  ...[...'łøđðıħŋŧƀɓƈɖɗƒɠɦɨƙɲƞɵƥɍƭʈʉʋɏƴƶȥɇəǝɛɔɣǥĸ'].map(
    (letter, index) => [letter, 'loddihntbbcddfghiknnoprttuvyyzzeeeeoggk'.charAt(index)] as const,
  ),
  ...(['þth', 'æae', 'œoe'] as const).map((pair) => [pair.charAt(0), pair.slice(1)] as const),
  ...[...'ʼ’‘‛′ʹʻʽʾʿ՚׳ꞌ'].map((apostrophe) => [apostrophe, "'"] as const),
  ...[...'‐‒–—―−־'].map((hyphen) => [hyphen, '-'] as const),
])

/** The rule of the migration, from the Unicode data of JavaScript. */
function foldByRule(character: string): string {
  if (/[\p{Cn}\p{Co}]/u.test(character)) return character
  let folded = character
  for (let before = ''; before !== folded; ) {
    before = folded
    const letters = [...folded.normalize('NFKD')].filter((letter) => !isDropped(letter)).map((letter) => letter.toUpperCase().toLowerCase())
    folded = letters.map((letter) => Array.from(letter, (each) => ALIKE.get(each) ?? each).join('')).join('')
  }
  return folded
}

// A mark of a combining class other than 0 changes places with U+0345, which has the highest class of all. U+0640 stretches a word.
function isDropped(letter: string): boolean {
  if (letter === '\u0345' || /[\p{Cf}\p{Me}\p{Default_Ignorable_Code_Point}\u0640]/u.test(letter)) return true
  return /\p{M}/u.test(letter) && `\u0345${letter}`.normalize('NFD').endsWith('\u0345')
}

/** Without the copies that make a single character of some scripts three: their runs are a third, or half, as long. */
function withoutCopies(folded: string): string {
  return folded.replaceAll(/([\u1100-\u115E\uA960-\uA97C])\1/gu, '$1').replaceAll(/(.)\1\1/gsu, '$1')
}

test('each character folds as the rule demands, alike in the triggers and in the search', async () => {
  const temporary = temporaryDatabase()
  const { readSearch } = await modelOn(temporary)
  const { foldCharacter } = await readSearch('x')
  const names = Array.from({ length: Math.ceil(CHARACTERS.length / CHARACTERS_PER_NAME) }, (_, index) =>
    CHARACTERS.slice(index * CHARACTERS_PER_NAME, (index + 1) * CHARACTERS_PER_NAME),
  )
  addUncheckedPeople(
    temporary.sql,
    names.map((characters, index) => ({ id: index + 1, username: `é${characters.join('')}`, email: `${index}`, age: null })),
  )
  const read = temporary.sql.prepare('SELECT "username" FROM "UserText" WHERE "id" = ?')
  for (const [index, characters] of names.entries()) {
    const [folded] = String(read.get(index + 1)?.username).split('\u0001')
    expect(folded).toBe(`e${characters.map(foldCharacter).join('')}`)
  }
  const wrong = CHARACTERS.filter((character) => withoutCopies(foldCharacter(character)) !== withoutCopies(foldByRule(character)))
  expect(wrong.map((character) => [character.codePointAt(0)?.toString(16), foldCharacter(character), foldByRule(character)])).toEqual([])
})

test.each([
  ['one character that is findable on its own', ['小', '명', '하', 'ก', 'က', 'ク', 'ཀ', 'ꀀ', '\u{20000}', '々']],
  ['two characters or one that are short', ['é', 'я', 'ㄱ', '🦊', 'ab']],
])('%s', async (kind, words) => {
  const { readSearch } = await modelOn(temporaryDatabase())
  for (const word of words) expect((await readSearch(word)).words).toMatchObject([{ text: word, isShort: kind.includes('short') }])
})

test('words that fold alike are one, and those that leave nothing are none', async () => {
  const { readSearch } = await modelOn(temporaryDatabase())
  expect((await readSearch('Müller MULLER \u0301 \u200D ¨ ａ')).words.map(({ folded }) => folded)).toEqual(['muller', 'a'])
  expect((await readSearch('\u0301\u0301')).words).toEqual([])
})
