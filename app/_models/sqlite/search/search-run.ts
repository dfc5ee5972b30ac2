import 'server-only'
import type { Prisma } from '../../../../prisma/generated/client.ts'
import { foldText, type Search } from '../../search-words.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import { ageCondition } from '../ages.ts'
import type { WorkBudget } from '../work-budget.ts'
import { planIndexQuery } from './plan.ts'
import { compileWords, conditionOf, type IndexQuery, type SearchedText, searchedText, startsWith, type Word } from './query.ts'

/** How a search finds the people who match (find-matches.ts). docs/search.md describes each plan. */
type MatchPlan = 'index-batches' | 'index-batches-with-age' | 'filter-by-id' | 'filter-by-age-index' | 'walk-ages'
/** How it finds those of them who are on the page (order-matches.ts). */
type PagePlan = 'sort-few' | 'rank-few' | 'rank-many' | 'by-id' | 'walk-names' | 'sort-all'
export type SearchPlan = MatchPlan | PagePlan

/** One search: what it looks for, what it may still cost, and what it has found out on the way. */
export class SearchRun {
  readonly query: UserListQuery
  readonly text: SearchedText
  readonly words: Word[]
  /** All that was typed, folded. */
  readonly folded: string
  /** All matches, as a condition on "UserText". */
  readonly condition: Prisma.Sql
  /** For each word the usernames that start with it, as a range of "UserText". */
  readonly prefixRanges: Prisma.Sql[]
  /** The condition on "age", or null. */
  readonly age: Prisma.Sql | null
  readonly budget: WorkBudget
  /** The plans tried, in turn: one that ends at a limit is followed by the next. */
  readonly plans: SearchPlan[] = []
  #indexQuery: Promise<IndexQuery> | undefined

  constructor(query: UserListQuery, search: Search, budget: WorkBudget) {
    this.query = query
    this.text = searchedText()
    this.words = compileWords(search, this.text)
    this.folded = foldText(query.q, search.foldCharacter)
    this.condition = conditionOf(this.words)
    this.prefixRanges = this.words.map(({ folded }) => startsWith('username', folded))
    this.age = ageCondition(query)
    this.budget = budget
  }

  indexQuery(): Promise<IndexQuery> {
    this.#indexQuery ??= planIndexQuery(this.words, this.text, this.budget)
    return this.#indexQuery
  }
}
