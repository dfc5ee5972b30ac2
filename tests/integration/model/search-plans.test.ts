import { expect, test } from 'vitest'
import { LIST_LIMITS, type ListLimits } from '../../../app/_models/sqlite/search/limits.ts'
import type { SearchPlan } from '../../../app/_models/sqlite/search/search-run.ts'
import type { UserListQuery } from '../../../app/_models/user-list-query.ts'
import { addPeople, listGuests } from '../../fixtures/named-people.ts'
import { temporaryDatabase } from '../../fixtures/temporary-database.ts'
import { modelOn } from './model-on.ts'

const QUERY: UserListQuery = { q: 'guest', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }

// The people of a million, in small: more match than are counted, and the index is too large to be read at once.
const FEW = { maxCpuMs: Number.POSITIVE_INFINITY }
const MANY = { ...FEW, maxCount: 300 }
const LARGE_INDEX = { ...MANY, maxIndexPages: 0 }

// As docs/search.md lists them.
test.each<[string, Partial<UserListQuery>, Partial<ListLimits>, SearchPlan[]]>([
  ['few matches, by relevance', {}, FEW, ['index-batches', 'rank-few']],
  ['few matches, sorted', { sort: 'email' }, FEW, ['index-batches', 'sort-few']],
  ['few matches of an age', { age_min: 20 }, { ...FEW, maxIndexPages: 0 }, ['index-batches', 'filter-by-id', 'rank-few']],
  ['a cheap word, few of the age', { age_min: 79 }, FEW, ['filter-by-age-index', 'rank-few']],
  ['a rare cheap word, many of the age', { q: '0042', age_min: 20 }, FEW, ['filter-by-id', 'rank-few']],
  ['many matches, by relevance', {}, MANY, ['index-batches', 'rank-many']],
  ['many matches, by id', { sort: 'id', dir: 'desc' }, MANY, ['index-batches', 'by-id']],
  ['many matches, sorted', { sort: 'email' }, LARGE_INDEX, ['index-batches', 'walk-names']],
  [
    'many matches, sorted, a walk too long',
    { sort: 'email', page: 6 },
    { ...LARGE_INDEX, probeRows: 10, maxWalkRows: 20 },
    ['index-batches', 'walk-names', 'sort-all'],
  ],
  ['many matches of few ages', { age_min: 70 }, { ...LARGE_INDEX, maxCount: 30 }, ['index-batches', 'walk-ages', 'rank-many']],
  [
    'many matches of many ages',
    { age_min: 20 },
    { ...LARGE_INDEX, maxWalkRows: 10 },
    ['index-batches', 'index-batches-with-age', 'rank-many'],
  ],
])('%s', async (_, query, limits, plans) => {
  const temporary = temporaryDatabase()
  addPeople(temporary.sql, listGuests(1, 400))
  const { readSearch } = await modelOn(temporary)
  const { searchUsers } = await import('../../../app/_models/sqlite/search/search-users.ts')
  const { rowsOfPage } = await import('../../../app/_models/list-rows.ts')
  const { WorkBudget } = await import('../../../app/_models/sqlite/work-budget.ts')
  const asked = { ...QUERY, ...query }
  const budget = new WorkBudget({ ...LIST_LIMITS, ...limits }, new AbortController().signal)
  const found = await searchUsers(asked, await readSearch(asked.q), rowsOfPage(asked), budget)
  expect(found.plans).toEqual(plans)
  expect(found.users?.length).toBeGreaterThan(0)
})
