import 'server-only'
import type { WorkBudget } from '../work-budget.ts'
import { readIndexPages } from './index-pages.ts'
import type { ListLimits } from './limits.ts'
import { conditionOf, type IndexQuery, quote, type SearchedText, type Word } from './query.ts'

type Trigram = { text: string; pages: number }

/** How the index looks for a word, and how many of its pages it reads for that. */
type WordPlan = {
  word: Word
  expression: string
  pages: number
  rarest: Trigram
  /** Whether everybody that it finds has the word. */
  isExact: boolean
}

// Four rare trigrams together almost never occur without the word.
const RARE_TRIGRAMS = 4

/**
 * The index query for people who have all words. It looks for as many of the rarest words as are cheap and leaves the others to the
 * condition: FTS5 would read all trigrams of all words in one call that nothing can stop, even when nobody has all of them.
 */
export async function planIndexQuery(words: Word[], { index }: SearchedText, budget: WorkBudget): Promise<IndexQuery> {
  const { limits } = budget
  const trigrams = [...new Set(words.flatMap((word) => word.trigrams))]
  const pages = await budget.run(() => readIndexPages(index, trigrams))
  const pagesOf = new Map(trigrams.map((trigram, index) => [trigram, pages[index] ?? 0]))
  const plans = words.map((word) => planWord(word, pagesOf, limits)).sort((a, b) => a.rarest.pages - b.rarest.pages)
  let pagesLeft = limits.maxIndexPages
  const takeCheap = (choices: WordPlan[]) =>
    choices.filter((choice) => {
      const isCheap = choice.pages <= pagesLeft
      if (isCheap) pagesLeft -= choice.pages
      return isCheap
    })
  const cheap = takeCheap(plans)
  const isCheap = cheap.length > 0
  const indexed = isCheap
    ? [...cheap, ...takeCheap(plans.filter((plan) => !cheap.includes(plan)).flatMap((plan) => planRarestTrigram(plan, limits)))]
    : chooseTwo(plans)
  const found = indexed.filter(({ isExact }) => isExact).map(({ word }) => word)
  const rest = words.filter((word) => !found.includes(word))
  return {
    index,
    expression: indexed.map(({ expression }) => expression).join(' AND '),
    condition: rest.length > 0 ? conditionOf(rest) : null,
    isCheap,
  }
}

// An email as a whole is a rare name and "@example.com": the index would read what everybody has to find one person.
function planWord(word: Word, pagesOf: Map<string, number>, { maxWordPages, maxRarePages }: ListLimits): WordPlan {
  const wholePages = word.trigrams.reduce((sum, text) => sum + (pagesOf.get(text) ?? 0), 0)
  const trigrams = [...new Set(word.trigrams)].map((text) => ({ text, pages: pagesOf.get(text) ?? 0 })).sort((a, b) => a.pages - b.pages)
  const rarest = trigrams[0] ?? { text: '', pages: 0 }
  const rare = trigrams.slice(0, RARE_TRIGRAMS).filter((trigram) => trigram.pages <= maxRarePages)
  if (wholePages <= maxWordPages || rare.length === 0 || word.isShort)
    return { word, expression: word.expression, pages: wholePages, rarest, isExact: true }
  const expression = rare.map(({ text }) => quote(text)).join(' AND ')
  return { word, expression, pages: rare.reduce((sum, trigram) => sum + trigram.pages, 0), rarest, isExact: false }
}

// Beside a rarer word even a common trigram saves looking up many rows, and one alone is read in half the time.
function planRarestTrigram({ word, rarest }: WordPlan, { maxIndexPages }: ListLimits): WordPlan[] {
  if (rarest.pages > maxIndexPages || word.isShort) return []
  return [{ word, expression: quote(rarest.text), pages: rarest.pages / 2, rarest, isExact: word.trigrams.length === 1 }]
}

// The rarest word, and of two short ones both: that is quicker than the condition.
function chooseTwo([first, ...others]: WordPlan[]): WordPlan[] {
  const second = others.find(({ word }) => word.isShort && first?.word.isShort)
  return [first, second].filter((plan) => plan !== undefined)
}
