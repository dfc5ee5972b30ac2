import 'server-only'
import type { Prisma } from '../../../../prisma/generated/client.ts'
import type { UserListQuery } from '../../user-list-query.ts'
import { ageCondition } from '../ages.ts'
import type { WorkBudget } from '../work-budget.ts'
import { planIndexQuery } from './plan.ts'
import { compileSearch, type IndexQuery, type SearchQuery } from './query.ts'
import { readAllMatches } from './read.ts'

/** How a search finds the people who match (find-matches.ts). docs/search.md describes each plan. */
type MatchPlan = 'index-batches' | 'index-batches-with-age' | 'filter-by-id' | 'filter-by-age-index' | 'walk-ages'
/** How it finds those of them who are on the page (order-matches.ts). */
type PagePlan = 'sort-few' | 'rank-few' | 'rank-few-by-index' | 'rank-many' | 'by-id' | 'walk-names' | 'walk-ids' | 'sort-all'
export type SearchPlan = MatchPlan | PagePlan

/** One search: what it looks for, what it may still cost, and what it has found out on the way. */
export class SearchRun {
  readonly query: UserListQuery
  readonly search: SearchQuery
  /** The condition on "age", or null. */
  readonly age: Prisma.Sql | null
  readonly budget: WorkBudget
  /** The plans tried, in turn: one that ends at a limit is followed by the next. */
  readonly plans: SearchPlan[] = []
  #indexQuery: Promise<IndexQuery> | undefined
  #wordMatches: number[] | null = null

  constructor(query: UserListQuery, budget: WorkBudget) {
    this.query = query
    this.search = compileSearch(query.q)
    this.age = ageCondition(query)
    this.budget = budget
  }

  indexQuery(): Promise<IndexQuery> {
    this.#indexQuery ??= planIndexQuery(this.search.words, this.budget)
    return this.#indexQuery
  }

  /** Everybody who has the words, of any age, by id; null where one statement cannot find them all, or when the budget is spent. */
  async wordMatches(): Promise<number[] | null> {
    if (this.#wordMatches) return this.#wordMatches
    const { expression, condition, isCheap } = await this.indexQuery()
    if (!isCheap || condition !== null || this.budget.isSpent) return null
    this.#wordMatches = await readAllMatches(expression, this.budget)
    return this.#wordMatches
  }

  /** All matches by id, if `wordMatches` has read them and no age is asked for. */
  get knownMatches(): number[] | null {
    return this.age === null ? this.#wordMatches : null
  }
}
