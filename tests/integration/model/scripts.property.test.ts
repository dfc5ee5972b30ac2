import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { temporaryDirectory } from '../../fixtures/engines.ts'
import { listPlainly } from './list-plainly.ts'
import { modelOn } from './model-on.ts'

// Names of thirty scripts, with what is written in more than one way in each.
const NAMES = [
  'Nguyễn Thị Ngọc Ánh',
  'Łukasz Ångström-Núñez',
  'Ἀθηνᾶ Παπαδοπούλου',
  'Дмитрий Ёлкин',
  'Հայկ Պետրոսյան',
  'ნინო ბერიძე',
  'שָׁלוֹם אַבְרָהָם',
  'مُحَمَّد أَحْمَد آل',
  'ܝܘܚܢܢ ܡܪܝ',
  'ކުޑަ މުޙައްމަދު',
  'ज़ाकिर हुसैन ड़ा',
  'রায়চৌধুরী বড়',
  'ਸ਼ਰਨ ਜ਼ੋਰਾਵਰ',
  'ગુજરાતી પટેલ',
  'ଓଡ଼ିଆ ଢ଼ୋଲ',
  'கொடி சௌந்தர்',
  'తెలుగు సైరా',
  'ಕೊಡಗು ಶ್ರೀ',
  'മോഹൻ ലൊകേഷ്',
  'සිංහල කෝට්ටේ',
  'สมชาย น้ำใจ',
  'ຄຳ ພູວົງ',
  'བསྟན་འཛིན རྒྱ',
  'အောင်ဆန်း စု',
  'សុខា ធារ៉ា',
  'አበበ ተስፋዬ',
  'ᏣᎳᎩ ᎠᏂ',
  '김민준 하나',
  'さくら がぎぐ パピプ',
  '王小明 \u{20BB7}野',
  'ㄓㄨㄥ ㄨㄣˊ',
  'ᠮᠣᠩᠭᠣᠯ ᠪᠠᠲᠤ',
  'ⵜⴰⵎⴰⵣⵉⵖⵜ ⵉⴷⵉⵔ',
  'ᱥᱟᱱᱛᱟᱲ ᱢᱩᱨᱢᱩ',
]

const number = fc.nat({ max: 2 ** 31 - 1 })

/** `text` in another form of Unicode that means the same, chosen by `seed`. */
function rewrite(text: string, seed: number): string {
  const forms = [
    () => text.normalize('NFC'),
    () => text.normalize('NFD'),
    // Half-composed: each letter with its marks in one form or the other.
    () =>
      splitLetters(text)
        .map((letter, index) => letter.normalize((seed >> (index % 20)) % 2 ? 'NFC' : 'NFD'))
        .join(''),
    () =>
      splitLetters(text.normalize('NFD'))
        .map((letter) => swapMarks(letter))
        .join(''),
    () => swapMarks(text.normalize('NFC')),
  ]
  return forms[seed % forms.length]?.() ?? text
}

// Two marks in another order are the same only where both have a combining class, and these differ.
function swapMarks(text: string): string {
  return text.replaceAll(/(\p{M})(\p{M})/gu, (marks, first: string, second: string) => {
    const swapped = second + first
    return swapped.normalize('NFD') === marks.normalize('NFD') ? swapped : marks
  })
}

function splitLetters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)
}

/** `text` as it may be pasted: in capitals, and with what nobody sees. */
function disguise(text: string, seed: number): string {
  const typed = seed % 3 === 0 ? text.toUpperCase() : text
  const [first = '', ...others] = splitLetters(typed)
  return first + (['', '', '\u200B', '\u2060', '\u00AD', '\u200E'][seed % 6] ?? '') + others.join('')
}

test('names of thirty scripts are found in any form of Unicode, whole and in parts', { timeout: 300_000 }, async () => {
  const temporary = await temporaryDirectory()
  const { listUsers } = await modelOn(temporary)
  const names = fc.uniqueArray(fc.tuple(fc.constantFrom(...NAMES), number), { minLength: 1, maxLength: 12, selector: ([name]) => name })
  const asked = fc.record({
    of: number,
    form: number,
    disguise: number,
    word: number,
    from: number,
    length: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(names, fc.array(asked, { minLength: 20, maxLength: 20 }), async (written, questions) => {
      const people = written.map(([name, seed], index) => ({
        id: index + 1,
        username: rewrite(name, seed),
        email: `${rewrite(name, seed + 1).replaceAll(' ', '.')}@example.com`,
        age: null,
      }))
      await temporary.execute('DELETE FROM "User"')
      await temporary.addPeople(people)
      for (const question of questions) {
        const [name = '', person] = [written[question.of % written.length]?.[0], people[question.of % written.length]]
        const words = name.split(' ')
        const word = words[question.word % words.length] ?? ''
        const letters = splitLetters(word)
        const start = question.from % letters.length
        const part = letters.slice(start, start + question.length).join('')
        const query = (text: string): UserListQuery => ({
          ...{ sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 25 },
          q: disguise(rewrite(text, question.form), question.disguise),
        })
        for (const q of [name, word, part].map(query)) {
          const { users } = await listUsers(q)
          expect({ q, users }).toEqual({ q, users: listPlainly(people, q) })
        }
        expect((await listUsers(query(name))).users[0]).toEqual(person)
        expect((await listUsers(query(word))).users).toContainEqual(person)
      }
    }),
    { numRuns: 30 },
  )
})

test.each([
  ['Jürgen', 'Jurgen'],
  ['Müller', 'mueller', false],
  ['王小明', '小明'],
  ['김민준', '민준'],
  ['O’Connor', "O'Connor"],
  ["O'Connor", 'O’Connor'],
  ['apple', 'ａｐｐｌｅ'],
  ['\u09DF\u09BE', '\u09AF\u09BC\u09BE'],
  ['\u0A36\u0A30', '\u0A38\u0A3C\u0A30'],
  ['\u095B\u093E', '\u091C\u093C\u093E'],
  ['\uFB2A\u05DC\u05D5\u05DD', '\u05E9\u05C1\u05DC\u05D5\u05DD'],
  ['\u05E9\u05C1\u05B8\u05DC\u05D5\u05DD', '\u05E9\u05B8\u05C1\u05DC\u05D5\u05DD'],
  ['\uFA1B', '福'],
  ['Vi\u00EA\u0323t', 'Việt'],
  ['Ti\u00EA\u0303n', 'Tiễn'],
  ['Daniel', 'Dan\u200Eiel'],
  ['Straße', 'STRASSE'],
  ['ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
])('%j is found by %j', async (username, q, isFound = true) => {
  const temporary = await temporaryDirectory()
  await temporary.addPeople([{ id: 1, username, email: 'x@y', age: null }])
  const { listUsers } = await modelOn(temporary)
  const query: UserListQuery = { q, sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 25 }
  expect((await listUsers(query)).count).toBe(isFound ? 1 : 0)
})

test('a name that is written as asked comes before one that only folds alike, and a whole email first of all', async () => {
  const temporary = await temporaryDirectory()
  await temporary.addPeople([
    { id: 1, username: 'Muller', email: 'a@x.y', age: null },
    { id: 2, username: 'Müller', email: 'b@x.y', age: null },
    { id: 3, username: 'müller@x.y', email: 'c@x.y', age: null },
    { id: 4, username: 'eve', email: 'MÜLLER@x.y', age: null },
    { id: 5, username: 'bob', email: 'muller@x.y', age: null },
  ])
  const { listUsers } = await modelOn(temporary)
  const list = async (q: string) =>
    (await listUsers({ q, sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 25 })).users.map(({ id }) => id)
  expect(await list('Müller')).toEqual([2, 1, 3, 4, 5])
  expect(await list('muller')).toEqual([1, 2, 3, 4, 5])
  expect(await list('müller@x.y')).toEqual([4, 3, 5])
  expect(await list('muller@x.y')).toEqual([5, 3, 4])
})

test('names are in the order of their letters, without regard to accents, and then in that of what is written', async () => {
  const temporary = await temporaryDirectory()
  const names = ['ada', 'Åsa', 'asb', 'Émile', 'emma', 'Zoé', 'zoë', 'Ελένη', 'Ёлка', 'жан']
  await temporary.addPeople(names.map((username, index) => ({ id: names.length - index, username, email: `${index}@x.y`, age: null })))
  const { listUsers } = await modelOn(temporary)
  const { users } = await listUsers({ q: '', sort: 'username', dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 25 })
  expect(users.map(({ username }) => username)).toEqual(names)
})
