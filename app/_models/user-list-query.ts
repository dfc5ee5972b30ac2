import type { HideableField } from '../_site/site.ts'
import { MAX_WORDS, searchWords } from './search-words.ts'

export const SORTS = ['id', 'username', 'email', 'age'] as const
export type Sort = (typeof SORTS)[number]

const DIRECTIONS = ['asc', 'desc'] as const
export type Direction = (typeof DIRECTIONS)[number]

export const SIZES = [25, 50, 100] as const
export type Size = (typeof SIZES)[number]

/** The list that a URL names. The fields are named after the URL's parameters. */
export type UserListQuery = {
  q: string
  /** Null: by relevance in a search, else by id. */
  sort: Sort | null
  dir: Direction
  age_min: number | null
  age_max: number | null
  age: 'unknown' | null
  page: number
  size: Size
}

export type SearchParams = Record<string, string | string[] | undefined>

/** A parameter that the list ignores, all of it or its end, and why; both are shown on the page. */
export type IgnoredParameter = { name: string; reason: string }

export const MAX_SEARCH_LENGTH = 200
export const MAX_AGE = 150

const DEFAULTS: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }
const OR = new Intl.ListFormat('en-GB', { type: 'disjunction' })
const AGE = `must be a whole number from 0 to ${MAX_AGE}`

/** The columns that a list can be sorted by. */
export function listSorts(hiddenFields: HideableField[]): Sort[] {
  return SORTS.filter((sort) => !hiddenFields.some((field) => field === sort))
}

/**
 * Reads a URL's parameters. Never throws: ignores what is repeated or invalid, or needs one of `hiddenFields`, and lists it in `ignored`.
 */
export function parseUserListQuery(
  params: SearchParams,
  hiddenFields: HideableField[],
): { query: UserListQuery; ignored: IgnoredParameter[] } {
  const ignored: IgnoredParameter[] = []
  const sorts = listSorts(hiddenFields)
  const hasAges = !hiddenFields.includes('age')

  function read<Value>(name: keyof UserListQuery, parse: (text: string) => Value | undefined, reason: string): Value | undefined {
    const value = Object.hasOwn(params, name) ? params[name] : undefined
    // A form sends empty fields too.
    if (value === undefined || value === '') return undefined
    const parsed = typeof value === 'string' ? parse(value) : undefined
    if (parsed === undefined) ignored.push({ name, reason: typeof value === 'string' ? reason : 'given more than once' })
    return parsed
  }

  function readOfAge<Value>(name: 'age_min' | 'age_max' | 'age', parse: (text: string) => Value | undefined, reason: string) {
    return hasAges ? read(name, parse, reason) : read(name, (): Value | undefined => undefined, 'ages are hidden')
  }

  for (const name of Object.keys(params)) {
    const [known = ''] = name.split('[', 1)
    if (known !== name && Object.hasOwn(DEFAULTS, known))
      ignored.push({ name: `${known}[]`, reason: `${known} takes one value, without brackets` })
  }
  const search = read('q', tidySearch, '') ?? DEFAULTS.q
  const q = cutSearch(search)
  if (q !== search)
    ignored.push({ name: 'the end of q', reason: `a search has at most ${MAX_WORDS} words and ${MAX_SEARCH_LENGTH} characters` })
  const query: UserListQuery = {
    q,
    sort: read('sort', (text) => sorts.find((sort) => sort === text), `must be ${OR.format(sorts)}`) ?? DEFAULTS.sort,
    dir: read('dir', (text) => DIRECTIONS.find((dir) => dir === text), `must be ${OR.format(DIRECTIONS)}`) ?? DEFAULTS.dir,
    age_min: readOfAge('age_min', parseAge, AGE) ?? DEFAULTS.age_min,
    age_max: readOfAge('age_max', parseAge, AGE) ?? DEFAULTS.age_max,
    age: readOfAge('age', (text) => (text === 'unknown' ? text : undefined), 'must be unknown') ?? DEFAULTS.age,
    page: read('page', parsePage, 'must be a whole number from 1') ?? DEFAULTS.page,
    size: read('size', (text) => SIZES.find((size) => String(size) === text), `must be ${OR.format(SIZES.map(String))}`) ?? DEFAULTS.size,
  }
  const rangeError = ageRangeError(query)
  if (rangeError !== null) {
    ignored.push({ name: 'the range of ages', reason: rangeError })
    query.age_min = DEFAULTS.age_min
    query.age_max = DEFAULTS.age_max
  }
  return { query: normalize(query), ignored }
}

/** Whether `params` are spelled as in the list's own URL: in its order, without defaults or empty values. */
export function isCanonical(params: SearchParams, query: UserListQuery): boolean {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) for (const text of [value ?? []].flat()) given.append(name, text)
  return given.toString() === new URLSearchParams(listParams(query)).toString()
}

/** The canonical URL of the list for `query` with `change` applied. Any change but that of the page leads to page 1. */
export function userListHref(query: Partial<UserListQuery> = {}, change: Partial<UserListQuery> = {}): string {
  return `/users${userListSearch(query, change)}`
}

/**
 * The URL of a profile. One that is reached from a list carries the parameters of that list, and at least its page, so that it can link
 * back to the list and to the person before and after.
 */
export function userProfileHref(id: number, query?: Partial<UserListQuery>): string {
  return `/user/profile/${id}${query ? userListSearch(query) || `?page=${DEFAULTS.page}` : ''}`
}

/** The list whose parameters the URL of a profile carries; null when it carries none. */
export function parseProfileList(params: SearchParams, hiddenFields: HideableField[]): UserListQuery | null {
  return Object.keys(params).some((name) => Object.hasOwn(DEFAULTS, name)) ? parseUserListQuery(params, hiddenFields).query : null
}

/** The URL of the whole list of `query` as data, such as `/users.csv?q=ann`, with parameters of that format. */
export function listDataHref(format: string, query: Partial<UserListQuery>, extra: Record<string, string> = {}): string {
  const params = new URLSearchParams([...listParams({ ...query, page: DEFAULTS.page, size: DEFAULTS.size }), ...Object.entries(extra)])
  return `/users.${format}${params.size > 0 ? `?${params}` : ''}`
}

/** The URL of a person as data. */
export function userDataHref(format: string, id: number): string {
  return `/user/profile/${id}.${format}`
}

/** The parameters of the list's canonical URL in their order, without defaults. */
export function listParams(query: Partial<UserListQuery>): [name: keyof UserListQuery, value: string][] {
  const { q, sort, dir, age_min, age_max, age, size, page } = normalize({ ...DEFAULTS, ...query })
  const params: [keyof UserListQuery, string][] = []
  if (q !== DEFAULTS.q) params.push(['q', q])
  if (sort !== null) params.push(['sort', sort])
  if (dir !== DEFAULTS.dir) params.push(['dir', dir])
  if (age_min !== DEFAULTS.age_min) params.push(['age_min', String(age_min)])
  if (age_max !== DEFAULTS.age_max) params.push(['age_max', String(age_max)])
  if (age !== null) params.push(['age', age])
  if (size !== DEFAULTS.size) params.push(['size', String(size)])
  if (page !== DEFAULTS.page) params.push(['page', String(page)])
  return params
}

/** Whether `query` selects some people only: by a search or by age. */
export function isNarrowed({ q, age_min, age_max, age }: UserListQuery): boolean {
  return q !== DEFAULTS.q || age_min !== DEFAULTS.age_min || age_max !== DEFAULTS.age_max || age !== DEFAULTS.age
}

/** The column that the list is sorted by, or null when it is sorted by relevance. */
export function sortedColumn({ q, sort }: UserListQuery): Sort | null {
  return sort ?? (q === DEFAULTS.q ? 'id' : null)
}

function userListSearch(query: Partial<UserListQuery>, change: Partial<UserListQuery> = {}): string {
  const params = listParams({ ...query, ...(Object.keys(change).length > 0 && { page: DEFAULTS.page }), ...change })
  return params.length > 0 ? `?${new URLSearchParams(params)}` : ''
}

// Without a search, id is the default order; relevance has no direction.
function normalize(query: UserListQuery): UserListQuery {
  const sort = query.sort === 'id' && query.q === DEFAULTS.q ? DEFAULTS.sort : query.sort
  return { ...query, sort, dir: sort === null && query.q !== DEFAULTS.q ? DEFAULTS.dir : query.dir }
}

function ageRangeError({ age_min, age_max, age }: UserListQuery): string | null {
  if (age !== null && (age_min !== null || age_max !== null)) return 'the list has only people without an age'
  return age_min !== null && age_max !== null && age_min > age_max ? 'age_min is above age_max' : null
}

// Copied names may carry invisible marks of writing direction.
function tidySearch(text: string): string {
  return text
    .toWellFormed()
    .normalize()
    .replaceAll(/\p{Bidi_Control}+/gu, '')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim()
}

function cutSearch(text: string): string {
  return [...searchWords(text).join(' ')].slice(0, MAX_SEARCH_LENGTH).join('').trim()
}

function parseAge(text: string): number | undefined {
  return /^0*\d{1,3}$/.test(text) && Number(text) <= MAX_AGE ? Number(text) : undefined
}

function parsePage(text: string): number | undefined {
  return /^0*[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}
