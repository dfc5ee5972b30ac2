import type { UserRow } from '../../../app/_models/user.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'

// The expected results, written without any code of the model: it is what they check.

/** The people that match a query, in its order. Looks at everybody. */
export function listPlainly(everybody: UserRow[], { q, sort, dir, ...filter }: UserListQuery): UserRow[] {
  const asked = listWords(q).map((word) => {
    const isShort = [...word].length < 3
    const apart = word.normalize('NFD')
    return { texts: isShort && [...apart].length > 2 ? [fold(word)] : [fold(word), fold(apart)], isShort }
  })
  const found = everybody.filter(({ username, email, age }) => {
    const fields = [fold(username), fold(email)]
    const isFound = asked.every(({ texts, isShort }) =>
      texts.some((text) =>
        isShort
          ? [...fields, ...fold(username).split(/[ ._-]/)].some((beginning) => beginning.startsWith(text))
          : fields.some((field) => field.includes(text)),
      ),
    )
    if (filter.age === 'unknown') return isFound && age === null
    if (filter.age_min === null && filter.age_max === null) return isFound
    return isFound && age !== null && age >= (filter.age_min ?? 0) && age <= (filter.age_max ?? 150)
  })
  const rank = ({ username, email }: UserRow) => {
    const capitalized = fold(q).replaceAll(/(?<=^|[ ._-])\p{L}/gu, (letter) => letter.toUpperCase())
    const cases = [q, fold(q), q.toUpperCase(), capitalized]
    const exactly = cases.flatMap((text) => [text.normalize(), text.normalize('NFD')]).map(foldAscii)
    if ([username, email].some((field) => exactly.includes(foldAscii(field)))) return 0
    return asked.some(({ texts }) => texts.some((text) => fold(username).startsWith(text))) ? 1 : 2
  }
  const sign = dir === 'asc' ? 1 : -1
  const byId = (a: UserRow, b: UserRow) => a.id - b.id
  const byAge = (a: UserRow, b: UserRow) => {
    if (a.age === null || b.age === null) return Number(a.age === null) - Number(b.age === null)
    return sign * (a.age - b.age)
  }
  return found.sort((a, b) => {
    if (sort === null) return (asked.length > 0 ? rank(a) - rank(b) : sign * byId(a, b)) || byId(a, b)
    if (sort === 'id') return sign * byId(a, b)
    if (sort === 'age') return byAge(a, b) || byId(a, b)
    return sign * Buffer.compare(Buffer.from(foldAscii(a[sort])), Buffer.from(foldAscii(b[sort])))
  })
}

export function countPlainly(users: UserRow[]): { age: number | null; people: number }[] {
  const ages = [...Map.groupBy(users, ({ age }) => age)].map(([age, { length }]) => ({ age, people: length }))
  return ages.sort((a, b) => (a.age ?? 999) - (b.age ?? 999))
}

/** The first ten words of a search, composed. */
export function listWords(q: string): string[] {
  return (q.normalize().match(/\S+/g) ?? []).slice(0, 10)
}

function fold(text: string): string {
  return text.toLowerCase()
}

export function foldAscii(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
