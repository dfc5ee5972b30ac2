import 'server-only'
import { Prisma } from '../../../../prisma/generated/client.ts'
import type { Direction, Sort, UserListQuery } from '../../user-list-query.ts'
import { type AgeHistogram, ageCondition, readAgeHistogram, sumPeople } from '../ages.ts'
import { type Filter, listStretches, readBeginning, walk } from '../ordered-list.ts'
import type { WorkBudget } from '../work-budget.ts'
import type { ListLimits } from './limits.ts'
import { chooseFinding, findAll, scan } from './plan.ts'
import { compileSearch, type Finding, findExact, isExactly, type UserSearch } from './query.ts'
import { filterByReadingAges, filterIds, sortAndCountAges, sortIds } from './read.ts'

/** The people whom a search finds: all of them, by id, or some, more than are counted unless that takes too long. */
export type Matches = {
  ids: number[]
  isComplete: boolean
  /** Whether they are the first by id. */
  isFirst: boolean
}

/** Finds the people whom `query` searches for, and puts them in its order, within `budget`. */
export class UserFinder {
  readonly #query: UserListQuery
  readonly #limits: ListLimits
  readonly #search: UserSearch
  readonly #age: Prisma.Sql | null
  readonly #budget: WorkBudget
  #finding: Promise<Finding> | undefined
  #namesakes: number[] | null = null

  constructor(query: UserListQuery, budget: WorkBudget) {
    this.#query = query
    this.#limits = budget.limits
    this.#search = compileSearch(query.q)
    this.#age = ageCondition(query)
    this.#budget = budget
  }

  async findMatches(): Promise<Matches> {
    const wanted = this.#limits.counted + 1
    const finding = await this.#chooseFinding()
    const age = this.#age
    if (age && isAtOnce(finding)) return this.#findOfAge(age, wanted)
    const found = await scan(finding, { age: null, wanted }, this.#budget)
    if (age === null) return { ...found, isFirst: true }
    if (found.isComplete) return { ...(await filterIds(found.ids, { condition: null, age }, wanted, this.#budget)), isFirst: true }
    return (await this.#findByAge(age, wanted)) ?? { ...(await scan(finding, { age, wanted }, this.#budget)), isFirst: true }
  }

  async #findOfAge(age: Prisma.Sql, wanted: number): Promise<Matches> {
    const namesakes = await this.#findNamesakes()
    if (namesakes === null) return { ids: [], isComplete: false, isFirst: true }
    const aged = sumPeople(await readAgeHistogram(this.#query))
    // Reading somebody in order of age takes a fifth of the time of looking somebody up.
    const areFew = aged < 5 * Math.min(namesakes.length, wanted)
    if (areFew && !this.#budget.isSpent)
      return { ids: await filterByReadingAges(namesakes, age, this.#budget), isComplete: true, isFirst: true }
    return { ...(await filterIds(namesakes, { condition: null, age }, wanted, this.#budget)), isFirst: true }
  }

  /** Where many have the words and few have the age, these are quicker to read. */
  async #findByAge(age: Prisma.Sql, wanted: number): Promise<Matches | null> {
    const { walked } = this.#limits
    const { condition } = this.#search
    const histogram = await readAgeHistogram(this.#query)
    if (condition === null || sumPeople(histogram) > walked) return null
    const ids = await walk(listStretches('age', 'asc', age, histogram), { condition }, wanted, () => walked, this.#budget)
    return ids && { ids: ids.sort((a, b) => a - b), isComplete: ids.length < wanted, isFirst: false }
  }

  /** The ids from `offset` to `end`, or null when it takes too long to tell. There are at least `end` of `matches`. */
  listPage(matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const { sort } = this.#query
    return sort === null ? this.#rankMany(matches, offset, end) : this.#sortMany(sort, matches, offset, end)
  }

  /** As `listPage`, for `matches` that are all and no more than are counted, and the ages of all of them. */
  async listFew(matches: number[], offset: number, end: number): Promise<{ ids: number[] | null; histogram: AgeHistogram }> {
    if (matches.length === 0) return { ids: [], histogram: [] }
    const { sort, dir } = this.#query
    if (sort !== null) return sortAndCountAges(matches, { sort, dir, offset, size: end - offset }, this.#budget)
    if (this.#search.beginsRanges) {
      const rank = rankOf(this.#query.q, Prisma.join(this.#search.beginsRanges, ' OR '))
      return sortAndCountAges(matches, { sort: rank, dir: 'asc', offset, size: end - offset }, this.#budget)
    }
    const { expression } = await this.#chooseFinding()
    // Of those found: many more may begin with a word.
    const begins = { expression: `(${expression}) AND (${this.#search.begins.expression})`, condition: null, isShort: false }
    const { ids, isComplete } = await scan(begins, { age: null }, this.#budget)
    const { histogram } = await sortAndCountAges(matches, { sort: 'id', dir: 'asc', offset: 0, size: 0 }, this.#budget)
    if (!isComplete) return { ids: null, histogram }
    const known = new Set(matches)
    const beginning = ids.filter((id) => known.has(id))
    const exact = await findExact(this.#query.q, this.#search, this.#age, this.#budget)
    return { ids: inTurn(exact, beginning, matches).slice(offset, end), histogram }
  }

  async #rankMany(matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const exact = await findExact(this.#query.q, this.#search, this.#age, this.#budget)
    const beginning = (await this.#readBeginning()) ?? (await this.#scanBeginning(end + exact.length))
    // As many as are asked for, so that nobody else has to be looked for to follow those.
    const others = await this.#listById(matches, 'asc', end)
    return beginning && others && inTurn(exact, beginning, others).slice(offset, end)
  }

  async #readBeginning(): Promise<number[] | null> {
    const { words, beginsRanges, condition } = this.#search
    // The index has them in order of id: it is quicker where it has little to look through.
    if (beginsRanges === null || (words.length === 1 && (await this.#chooseFinding()).isShort)) return null
    return readBeginning(beginsRanges, words.length > 1 && condition ? { condition } : null, this.#age, this.#budget)
  }

  async #scanBeginning(wanted: number): Promise<number[] | null> {
    const { ids, isComplete } = await scan(this.#search.begins, { age: this.#age, wanted }, this.#budget)
    return isComplete || ids.length >= wanted ? ids : null
  }

  async #sortMany(sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const { dir } = this.#query
    if (sort === 'id') return (await this.#listById(matches, dir, end))?.slice(offset, end) ?? null
    const { condition } = this.#search
    const { glanced, walked, passed } = this.#limits
    const stretches = listStretches(sort, dir, this.#age, await readAgeHistogram(this.#query))
    const byWalk = async (filter: Filter, reach: (read: number, found: number) => number) => {
      const ids = await walk(stretches, filter, end, reach, this.#budget)
      return ids?.slice(offset) ?? null
    }
    const bySort = () => this.#sortAll(sort, matches, offset, end)
    const people = stretches.reduce((sum, stretch) => sum + stretch.people, 0)
    if (condition) {
      const reach = (read: number, found: number) => {
        if (read < glanced) return glanced
        // If those further on are found as often. Reading somebody's names takes a fifth of looking somebody up, of which sorting is made.
        const share = found / read
        const furthest = Math.min(walked, Math.floor(5 * share * people))
        return end <= share * furthest ? furthest : read
      }
      return (await byWalk({ condition }, reach)) ?? (await bySort()) ?? byWalk({ condition }, () => walked)
    }
    const namesakes = await this.#findNamesakes()
    if (namesakes === null) return bySort()
    const { ids } = this.#listKnown(matches) ?? matches
    // Passing somebody by takes a fifth of the time of looking somebody up, of which sorting is made.
    const atMost = Math.min(passed, 4 * ids.length)
    const isInReach = (2 * end * people) / ids.length <= atMost
    return (isInReach && (await byWalk({ ids: namesakes }, () => atMost))) || bySort()
  }

  async #sortAll(sort: Sort, matches: Matches, offset: number, end: number): Promise<number[] | null> {
    const wanted = this.#limits.sorted + 1
    const all = this.#listKnown(matches) ?? (await scan(await this.#chooseFinding(), { age: this.#age, wanted }, this.#budget))
    if (!all.isComplete || all.ids.length >= wanted) return null
    return sortIds(all.ids, { sort, dir: this.#query.dir, offset, size: end - offset }, this.#budget)
  }

  #listKnown(matches: Matches): Pick<Matches, 'ids' | 'isComplete'> | null {
    if (matches.isComplete) return matches
    return this.#age === null && this.#namesakes ? { ids: this.#namesakes, isComplete: true } : null
  }

  async #listById(matches: Matches, dir: Direction, end: number): Promise<number[] | null> {
    if (matches.isComplete) return dir === 'asc' ? matches.ids.slice(0, end) : matches.ids.slice(-end).reverse()
    if (dir === 'asc' && matches.isFirst) return matches.ids
    const { ids } = await scan(await this.#chooseFinding(), { age: this.#age, dir, wanted: end }, this.#budget)
    return ids.length < end ? null : ids
  }

  /** Everybody who has the words, of whatever age, by id. Null where the index cannot tell at once, or the budget is spent. */
  async #findNamesakes(): Promise<number[] | null> {
    const finding = await this.#chooseFinding()
    if (!isAtOnce(finding) || (this.#namesakes === null && this.#budget.isSpent)) return null
    this.#namesakes ??= await findAll(finding.expression, this.#budget)
    return this.#namesakes
  }

  #chooseFinding(): Promise<Finding> {
    this.#finding ??= chooseFinding(this.#search.words, this.#budget)
    return this.#finding
  }
}

// Who is called exactly so comes first, then whose username begins so.
function rankOf(q: string, begins: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE WHEN ${isExactly(q)} THEN 0 WHEN ${begins} THEN 1 ELSE 2 END`
}

/** Whether the index alone tells, in one statement, who all of those are that have the words. */
function isAtOnce({ isShort, condition }: Finding): boolean {
  return isShort && condition === null
}

/** The ids of `lists` in turn, each at its first place. */
function inTurn(...lists: number[][]): number[] {
  return [...new Set(lists.flat())]
}
