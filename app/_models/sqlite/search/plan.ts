import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { Direction } from '../../user-list-query.ts'
import { EVERYBODY } from '../ages.ts'
import { database } from '../database.ts'
import type { WorkBudget } from '../work-budget.ts'
import { readIndexPages } from './index-pages.ts'
import type { ListLimits } from './limits.ts'
import { conditionOf, type Finding, quote, type Word } from './query.ts'

type Trigram = { text: string; pages: number }

/** How the index looks for a word, and how many of its pages it reads for that. */
type Lookup = {
  word: Word
  expression: string
  pages: number
  rarest: Trigram
  /** Whether all whom it finds have the word. */
  isWhole: boolean
}

type Scan = { ids: number[]; isComplete: boolean }

// So many together are in hardly anybody who has not the word.
const RARE_TRIGRAMS = 4

/**
 * What finds those who have all words. The index looks for as many of the rarest as it reads quickly, and the rows found tell about the
 * others: it would read through all parts of all words at once to find nobody, where each is common and no two are together, and
 * nothing can stop it.
 */
export async function chooseFinding(words: Word[], budget: WorkBudget): Promise<Finding> {
  const { limits } = budget
  const pages = await budget.run(() => readIndexPages(words.flatMap(({ trigrams }) => trigrams)))
  const lookups = words
    .map((word) => chooseLookup(word, pages.splice(0, word.trigrams.length), limits))
    .sort((a, b) => a.rarest.pages - b.rarest.pages)
  const [first, ...others] = lookups
  let read = 0
  const takeShort = (choices: Lookup[]) =>
    choices.filter((choice) => {
      const isTaken = read + choice.pages <= limits.pages
      if (isTaken) read += choice.pages
      return isTaken
    })
  const short = takeShort(lookups)
  const helpers = takeShort(lookups.filter((lookup) => !short.includes(lookup)).flatMap((lookup) => listHelpers(lookup, limits)))
  // Two lists of beginnings are quickly compared, and to ask the index for each row of any other word but an ASCII one is slow.
  const second = others.find(({ word }) => !word.isAscii || (word.isBeginning && first?.word.isBeginning))
  const isShort = short.length > 0
  const indexed = isShort ? [...short, ...helpers] : [first, second].filter((lookup) => lookup !== undefined)
  const found = indexed.filter(({ isWhole }) => isWhole).map(({ word }) => word)
  const rest = words.filter((word) => !found.includes(word))
  return {
    expression: indexed.map(({ expression }) => expression).join(' AND '),
    condition: rest.length > 0 ? conditionOf(rest) : null,
    isShort,
  }
}

// An e-mail as a whole is a rare name and "@example.com": the index would read through what everybody has for the sake of one.
function chooseLookup(word: Word, pages: number[], { wholePages, rarePages }: ListLimits): Lookup {
  const whole = pages.reduce((sum, each) => sum + each, 0)
  const trigrams = word.trigrams.map((text, place) => ({ text, pages: pages[place] ?? 0 })).sort((a, b) => a.pages - b.pages)
  const rarest = trigrams[0] ?? { text: '', pages: 0 }
  const rare = trigrams.slice(0, RARE_TRIGRAMS).filter((trigram) => trigram.pages <= rarePages)
  if (whole <= wholePages || rare.length === 0 || word.isBeginning || !word.isAscii)
    return { word, expression: word.expression, pages: whole, rarest, isWhole: true }
  const expression = rare.map(({ text }) => quote(text)).join(' AND ')
  return { word, expression, pages: rare.reduce((sum, each) => sum + each.pages, 0), rarest, isWhole: false }
}

// Beside a rarer word even a common trigram spares looking up many people, and the list of one alone is read in half the time.
function listHelpers({ word, rarest }: Lookup, limits: ListLimits): Lookup[] {
  if (rarest.pages > limits.pages || word.isBeginning || !word.isAscii) return []
  return [{ word, expression: quote(rarest.text), pages: rarest.pages / 2, rarest, isWhole: word.trigrams.length === 1 }]
}

/** The ids, ascending, of all people whom `expression`, which is that of a short finding, finds. */
export async function findAll(expression: string, budget: WorkBudget): Promise<number[]> {
  const { result } = await budget.spend(
    () => database().$queryRaw<{ ids: string }[]>`
    SELECT json_group_array("id") AS "ids" FROM (
      SELECT "rowid" AS "id" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ORDER BY "rowid"
    )`,
  )
  return JSON.parse(result[0]?.ids ?? '[]')
}

/**
 * Up to `wanted` ids, in order of id, of the people that are found and that the condition `age` admits.
 * Incomplete when there are more, or when the budget was spent before.
 */
export async function scan(
  { expression, condition, isShort }: Finding,
  { age, dir = 'asc', wanted = Number.POSITIVE_INFINITY }: { age: Prisma.Sql | null; dir?: Direction; wanted?: number },
  budget: WorkBudget,
): Promise<Scan> {
  const index = condition ? Prisma.empty : Prisma.sql`INDEXED BY "User_id_age_idx"`
  const people = condition || age ? Prisma.sql`CROSS JOIN "User" ${index} ON "User"."id" = "found"` : Prisma.empty
  const [order, furthest] = dir === 'asc' ? [Prisma.sql`ASC`, Prisma.sql`max`] : [Prisma.sql`DESC`, Prisma.sql`min`]
  const ids: number[] = []
  let rest = Prisma.empty
  // Where nobody is looked up, a short index tells it all at once.
  let length = isShort && people === Prisma.empty ? wanted : budget.limits.scanned
  while (ids.length < wanted) {
    if (budget.isSpent) return { ids, isComplete: false }
    const asked = condition || age ? length : Math.min(length, wanted - ids.length)
    const { result, isQuick } = await budget.spend(
      () => database().$queryRaw<{ ids: string; last: number | bigint | null; people: number | bigint }[]>`
      SELECT json_group_array("found") FILTER (WHERE ${age ?? EVERYBODY} AND ${condition ?? EVERYBODY}) AS "ids",
        ${furthest}("found") AS "last", count(*) AS "people"
      FROM (
        SELECT "rowid" AS "found" FROM "UserSearch" WHERE "UserSearch" MATCH ${expression} ${rest} ORDER BY "rowid" ${order} LIMIT ${asked}
      ) ${people}`,
    )
    const found: number[] = JSON.parse(result[0]?.ids ?? '[]')
    for (const id of found) ids.push(id)
    if (Number(result[0]?.people) < asked) return { ids: ids.slice(0, wanted), isComplete: ids.length < wanted }
    // FTS5 ignores a bound that is not an integer, and the adapter passes numbers as REAL.
    const last = BigInt(result[0]?.last ?? 0)
    rest = dir === 'asc' ? Prisma.sql`AND "rowid" >= ${last + 1n}` : Prisma.sql`AND "rowid" <= ${last - 1n}`
    if (isQuick) length *= 2
  }
  return { ids: ids.slice(0, wanted), isComplete: false }
}
