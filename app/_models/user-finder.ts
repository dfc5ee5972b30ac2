import 'server-only'
import { Prisma } from '../../prisma/generated/client.ts'
import { ageCondition, readAgeHistogram, sumPeople } from './age-histogram.ts'
import type { ListLimits } from './list-limits.ts'
import type { Direction, Sort, UserListQuery } from './user-list-query.ts'
import { filterIds, listStretches, readBeginning, sortIds, walk } from './user-order.ts'
import { chooseFinding, compileSearch, type Finding, findExact, scan, type UserSearch } from './user-search.ts'
import { WorkBudget } from './work-budget.ts'

/** The people whom a search finds: all of them, by id, or some, more than are counted unless that takes too long. */
export type Matches = {
  ids: number[]
  isComplete: boolean
  /** Whether they are the first by id. */
  isFirst: boolean
}

/** Finds the people whom `query` searches for, and puts them in its order, within `limits`. */
export class UserFinder {
  readonly #query: UserListQuery
  readonly #limits: ListLimits
  readonly #search: UserSearch
  readonly #age: Prisma.Sql | null
  readonly #budget: WorkBudget
  #finding: Promise<Finding> | undefined

  constructor(query: UserListQuery, limits: ListLimits) {
    this.#query = query
    this.#limits = limits
    this.#search = compileSearch(query.q)
    this.#age = ageCondition(query)
    this.#budget = new WorkBudget(limits)
  }

  async findMatches(): Promise<Matches> {
    const wanted = this.#limits.counted + 1
    const finding = await this.#chooseFinding()
    const found = await scan(finding, { age: null, wanted }, this.#budget)
    if (this.#age === null) return { ...found, isFirst: true }
    if (found.isComplete) return { ids: await filterIds(found.ids, this.#age), isComplete: true, isFirst: true }
    const aged = await this.#findByAge(this.#age, wanted)
    if (aged) return { ids: aged.sort((a, b) => a - b), isComplete: aged.length < wanted, isFirst: false }
    return { ...(await scan(finding, { age: this.#age, wanted }, this.#budget)), isFirst: true }
  }

  /** Where many find the words and few have the age, these are quicker to read. */
  async #findByAge(age: Prisma.Sql, wanted: number): Promise<number[] | null> {
    const { walked } = this.#limits
    const histogram = await readAgeHistogram(this.#query)
    if (!this.#search.condition || sumPeople(histogram) > walked) return null
    const { ids, isComplete } = await walk(
      listStretches('age', 'asc', age, histogram),
      this.#search.condition,
      wanted,
      walked,
      this.#budget,
    )
    return isComplete ? ids : null
  }

  /** The ids from `offset` to `end`, or null when it takes too long to tell. There are at least `end` of `matches`. */
  listPage(matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const { sort, dir } = this.#query
    if (sort === null) return matches.isComplete ? this.#rankAll(matches.ids, offset, end) : this.#rankFirst(matches, offset, end)
    return matches.isComplete ? sortIds(matches.ids, sort, dir, offset, end - offset) : this.#sortFirst(sort, matches, offset, end)
  }

  /** `matches` are all that there are. */
  async #rankAll(matches: number[], offset: number, end: number): Promise<number[] | null> {
    const found = new Set(matches)
    const exact = (await findExact(this.#query.q, this.#search, null)).filter((id) => found.has(id))
    if (this.#search.beginsConditions) {
      const beginning = await filterIds(matches, Prisma.join(this.#search.beginsConditions, ' OR '))
      return inTurn(exact, beginning, matches).slice(offset, end)
    }
    const { ids, isComplete } = await scan({ ...this.#search.begins, condition: null }, { age: null }, this.#budget)
    const beginning = ids.filter((id) => found.has(id))
    return isComplete ? inTurn(exact, beginning, matches).slice(offset, end) : null
  }

  /** There are more than `matches`. */
  async #rankFirst(matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const exact = await findExact(this.#query.q, this.#search, this.#age)
    const beginning = (await readBeginning(this.#search, this.#age, this.#budget)) ?? (await this.#scanBeginning(end + exact.length))
    // As many as are asked for, so that nobody else has to be looked for to follow those.
    const others = await this.#listById(matches, 'asc', end)
    return beginning && others && inTurn(exact, beginning, others).slice(offset, end)
  }

  async #scanBeginning(wanted: number): Promise<number[] | null> {
    const { ids, isComplete } = await scan(this.#search.begins, { age: this.#age, wanted }, this.#budget)
    return isComplete || ids.length >= wanted ? ids : null
  }

  /** There are more than `matches`. */
  async #sortFirst(sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const { dir } = this.#query
    if (sort === 'id') return (await this.#listById(matches, dir, end))?.slice(offset, end) ?? null
    const stretches = listStretches(sort, dir, this.#age, await readAgeHistogram(this.#query))
    const { condition } = this.#search
    const bySort = () => this.#sortMatches(sort, offset, end)
    if (!condition) return bySort()
    const { glanced, walked } = this.#limits
    const near = await walk(stretches, condition, end, glanced, this.#budget)
    if (near.isComplete) return near.ids.slice(offset)
    const byWalk = async () => {
      const { ids, isComplete } = await walk(stretches, condition, end, walked, this.#budget)
      return isComplete ? ids.slice(offset) : null
    }
    // Even if those further on are found only half as often.
    const isInReach = (near.ids.length / glanced) * walked >= 2 * end
    return isInReach ? byWalk() : ((await bySort()) ?? byWalk())
  }

  async #sortMatches(sort: Sort, offset: number, end: number): Promise<number[] | null> {
    const finding = await this.#chooseFinding()
    const { ids, isComplete } = await scan(finding, { age: this.#age, wanted: this.#limits.sorted + 1 }, this.#budget)
    return isComplete ? sortIds(ids, sort, this.#query.dir, offset, end - offset) : null
  }

  async #listById(matches: Matches, dir: Direction, end: number): Promise<number[] | null> {
    if (dir === 'asc' && matches.isFirst) return matches.ids
    const { ids } = await scan(await this.#chooseFinding(), { age: this.#age, dir, wanted: end }, this.#budget)
    return ids.length < end ? null : ids
  }

  #chooseFinding(): Promise<Finding> {
    this.#finding ??= chooseFinding(this.#search.words, this.#budget)
    return this.#finding
  }
}

/** The ids of `lists` in turn, each at its first place. */
function inTurn(...lists: number[][]): number[] {
  return [...new Set(lists.flat())]
}
