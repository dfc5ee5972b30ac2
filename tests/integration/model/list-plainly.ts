import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { writtenOrder } from '../../fixtures/engines.ts'
import type { NamedPerson } from '../../fixtures/named-people.ts'

// The expected results, written without any code or table of the model: it is what they check.

// Of those in the tests, letters that Unicode does not decompose.
const ALIKE = new Map([
  ...['łl', 'øo', 'đd', 'ıi', 'ςσ', "’'", '‐-', '–-'].map((pair) => [pair.charAt(0), pair.slice(1)] as const),
  ['ß', 'ss'],
  ['æ', 'ae'],
])

/** The people that a query matches, in its order. Looks at everybody. */
export function listPlainly(everybody: NamedPerson[], { q, sort, dir, ...filter }: UserListQuery): NamedPerson[] {
  const words = listWords(q)
  const found = everybody.filter(({ username, email, age }) => {
    const fields = [foldPlainly(username), foldPlainly(email)]
    const isFound = words.every((word) =>
      isShort(word)
        ? [...fields, ...foldPlainly(username).split(/[ ._-]/)].some((beginning) => beginning.startsWith(word))
        : fields.some((field) => field.includes(word)),
    )
    if (filter.age === 'unknown') return isFound && age === null
    if (filter.age_min === null && filter.age_max === null) return isFound
    return isFound && age !== null && age >= (filter.age_min ?? 0) && age <= (filter.age_max ?? 150)
  })
  const rank = ({ username, email }: NamedPerson) => {
    if (ignoreCase(email) === ignoreCase(q)) return 0
    if (ignoreCase(username) === ignoreCase(q)) return 1
    if ([username, email].some((field) => foldPlainly(field) === foldPlainly(q))) return 2
    return words.some((word) => foldPlainly(username).startsWith(word)) ? 3 : 4
  }
  const sign = dir === 'asc' ? 1 : -1
  const byId = (a: NamedPerson, b: NamedPerson) => a.id - b.id
  const byAge = (a: NamedPerson, b: NamedPerson) => {
    if (a.age === null || b.age === null) return Number(a.age === null) - Number(b.age === null)
    return sign * (a.age - b.age)
  }
  return found.sort((a, b) => {
    if (sort === null) return (words.length > 0 ? rank(a) - rank(b) : sign * byId(a, b)) || byId(a, b)
    if (sort === 'id') return sign * byId(a, b)
    if (sort === 'age') return byAge(a, b) || byId(a, b)
    return sign * (compareBytes(foldPlainly(a[sort]), foldPlainly(b[sort])) || compareBytes(beyondAscii(a[sort]), beyondAscii(b[sort])))
  })
}

export function countPlainly(users: NamedPerson[]): { age: number | null; people: number }[] {
  const ages = [...Map.groupBy(users, ({ age }) => age)].map(([age, { length }]) => ({ age, people: length }))
  return ages.sort((a, b) => (a.age ?? 999) - (b.age ?? 999))
}

/** The first ten words of a search, folded, without those of which nothing is left. */
export function listWords(q: string): string[] {
  const words = (q.match(/\S+/g) ?? []).slice(0, 10).map((word) => foldPlainly(word).trim())
  return words.filter((word) => word !== '')
}

const foldings = new Map<string, string>()

function foldPlainly(text: string): string {
  const folded = foldings.get(text) ?? foldAnew(text)
  foldings.set(text, folded)
  return folded
}

function foldAnew(text: string): string {
  const letters = [...text.normalize('NFKD')].filter((letter) => !/\p{Cf}|\p{DI}/u.test(letter) && !isCombining(letter))
  return letters
    .map((letter) =>
      Array.from(letter.toLowerCase().normalize('NFKD'), (each) => (isCombining(each) ? '' : (ALIKE.get(each) ?? each))).join(''),
    )
    .join('')
}

/** Whether `letter` is a mark that Unicode puts in order among others: it stands before U+0345, which comes last. */
function isCombining(letter: string): boolean {
  return letter === '\u0345' || (/\p{M}/u.test(letter) && `\u0345${letter}`.normalize('NFD').endsWith('\u0345'))
}

/** Whether a folded word is found only where something begins: one of Han and the like, or a syllable of Hangul, is found anywhere. */
function isShort(word: string): boolean {
  const lengths = Array.from(word, (letter) => {
    if (/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Mymr}\p{sc=Khmr}\p{sc=Tibt}\p{sc=Bopo}]/u.test(letter)) return 3
    return /[\u1100-\u1112]/u.test(letter) ? 2 : 1
  })
  return lengths.reduce((sum, length) => sum + length, 0) < 3
}

function ignoreCase(text: string): string {
  return text.normalize().toLowerCase()
}

// Of texts that fold alike, the one of ASCII is first.
function beyondAscii(text: string): string {
  return /^[ -~]*$/.test(text) ? '' : writtenOrder(text)
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
