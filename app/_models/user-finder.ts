import 'server-only'
import { Prisma } from '../../prisma/generated/client.ts'
import { ageCondition, readAgeHistogram, sumPeople } from './age-histogram.ts'
import type { ListLimits } from './list-limits.ts'
import type { UserListQuery } from './user-list-query.ts'
import { filterIds, listStretches, readBeginning, sortIds, walk } from './user-order.ts'
import { compileSearch, findExact, scan, type UserSearch } from './user-search.ts'
import { WorkBudget } from './work-budget.ts'

/** The people whom a search finds, by id: all of them, or the first ones, more than are counted unless that takes too long. */
export type Matches = { ids: number[]; isComplete: boolean }

/** Finds the people whom `query` searches for, and puts them in its order, within `limits`. */
export class UserFinder {
  readonly #query: UserListQuery
  readonly #limits: ListLimits
  readonly #search: UserSearch
  readonly #age: Prisma.Sql | null
  readonly #budget: WorkBudget

  constructor(query: UserListQuery, limits: ListLimits) {
    this.#query = query
    this.#limits = limits
    this.#search = compileSearch(query.q)
    this.#age = ageCondition(query)
    this.#budget = new WorkBudget(limits)
  }

  async findMatches(): Promise<Matches> {
    const wanted = this.#limits.counted + 1
    const found = await scan(this.#search.all, { age: null, wanted }, this.#budget)
    if (this.#age === null) return found
    if (found.isComplete) return { ids: await filterIds(found.ids, this.#age), isComplete: true }
    const ids = await this.#findByAge(this.#age)
    return ids ? { ids, isComplete: true } : scan(this.#search.all, { age: this.#age, wanted }, this.#budget)
  }

  /** Where many find the words and few have the age, these are quicker to read. */
  async #findByAge(age: Prisma.Sql): Promise<number[] | null> {
    if (!this.#search.condition) return null
    const histogram = await readAgeHistogram(this.#query)
    if (sumPeople(histogram) > this.#limits.walked) return null
    const walked = await walk(listStretches('age', 'asc', age, histogram), this.#search.condition, Number.POSITIVE_INFINITY, this.#budget)
    return walked?.sort((a, b) => a - b) ?? null
  }

  /** The ids from `offset` to `end`, or null when it takes too long to tell. There are at least `end` of `matches`. */
  listPage(matches: Matches, offset: number, end: number): Promise<number[] | null> {
    return matches.isComplete ? this.#listAll(matches.ids, offset, end) : this.#listFirst(matches.ids, offset, end)
  }

  /** There is nobody but `matches`. */
  async #listAll(matches: number[], offset: number, end: number): Promise<number[] | null> {
    const { q, sort, dir } = this.#query
    if (sort !== null) return sortIds(matches, sort, dir, offset, end - offset)
    const found = new Set(matches)
    const exact = (await findExact(q, this.#search, null)).filter((id) => found.has(id))
    if (this.#search.beginsConditions) {
      const beginning = await filterIds(matches, Prisma.join(this.#search.beginsConditions, ' OR '))
      return inTurn(exact, beginning, matches).slice(offset, end)
    }
    const { ids, isComplete } = await scan(this.#search.begins, { age: null }, this.#budget)
    const beginning = ids.filter((id) => found.has(id))
    return isComplete ? inTurn(exact, beginning, matches).slice(offset, end) : null
  }

  /** There are more than `matches`. */
  async #listFirst(matches: number[], offset: number, end: number): Promise<number[] | null> {
    const { sort, dir } = this.#query
    if (sort === null) return this.#listMostRelevant(matches, offset, end)
    if (sort === 'id') {
      const ids = dir === 'asc' ? matches : (await scan(this.#search.all, { age: this.#age, dir, wanted: end }, this.#budget)).ids
      return ids.length < end ? null : ids.slice(offset, end)
    }
    const stretches = listStretches(sort, dir, this.#age, await readAgeHistogram(this.#query))
    const walked = this.#search.condition && (await walk(stretches, this.#search.condition, end, this.#budget))
    if (walked) return walked.slice(offset)
    const { ids, isComplete } = await scan(this.#search.all, { age: this.#age, wanted: this.#limits.sorted + 1 }, this.#budget)
    return isComplete ? sortIds(ids, sort, dir, offset, end - offset) : null
  }

  async #listMostRelevant(matches: number[], offset: number, end: number): Promise<number[] | null> {
    const exact = await findExact(this.#query.q, this.#search, this.#age)
    const beginning = (await readBeginning(this.#search, this.#age, this.#limits)) ?? (await this.#scanBeginning(end + exact.length))
    // More match than are asked for, so that nobody has to be looked for to follow those.
    return beginning && inTurn(exact, beginning, matches).slice(offset, end)
  }

  async #scanBeginning(wanted: number): Promise<number[] | null> {
    const { ids, isComplete } = await scan(this.#search.begins, { age: this.#age, wanted }, this.#budget)
    return isComplete || ids.length >= wanted ? ids : null
  }
}

/** The ids of `lists` in turn, each at its first place. */
function inTurn(...lists: number[][]): number[] {
  return [...new Set(lists.flat())]
}
