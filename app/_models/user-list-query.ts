export const SORTS = ['id', 'username', 'email', 'age'] as const
export type Sort = (typeof SORTS)[number]

const DIRECTIONS = ['asc', 'desc'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What a list URL asks for. The names are those of the URL's parameters. */
export type UserListQuery = {
  q: string
  /** null: by relevance when there is a `q`, else by id. */
  sort: Sort | null
  dir: Direction
  age_min: number | null
  age_max: number | null
  age: 'unknown' | null
  page: number
  size: 25 | 50 | 100
}

export type SearchParams = Record<string, string | string[] | undefined>

export const MAX_SEARCH_LENGTH = 200
const DEFAULTS: UserListQuery = { q: '', sort: null, dir: 'asc', age_min: null, age_max: null, age: null, page: 1, size: 50 }

/** Reads a URL's parameters. Never throws: what is absent, repeated or makes no sense is as if it were not there. */
export function parseUserListQuery(params: SearchParams): UserListQuery {
  return {
    q: parseSearch(params.q),
    sort: SORTS.find((sort) => sort === params.sort) ?? DEFAULTS.sort,
    dir: DIRECTIONS.find((dir) => dir === params.dir) ?? DEFAULTS.dir,
    age_min: DEFAULTS.age_min,
    age_max: DEFAULTS.age_max,
    age: DEFAULTS.age,
    page: parsePage(params.page),
    size: DEFAULTS.size,
  }
}

/** The one spelling of the list's URL for `query` with `change` applied. Another order or search begins at page 1. */
export function userListHref(query: Partial<UserListQuery> = {}, change: Partial<UserListQuery> = {}): string {
  return `/users${userListSearch(query, change)}`
}

/** A profile's URL. It carries the list that it is reached from, so that the page can lead back there without a script. */
export function userProfileHref(id: number, query: Partial<UserListQuery> = {}): string {
  return `/user/profile/${id}${userListSearch(query)}`
}

function userListSearch(query: Partial<UserListQuery>, change: Partial<UserListQuery> = {}): string {
  const { q, sort, dir, page } = { ...DEFAULTS, ...query, ...(Object.keys(change).length > 0 && { page: DEFAULTS.page }), ...change }
  const params = new URLSearchParams()
  if (q !== DEFAULTS.q) params.set('q', q)
  if (sort !== null && sort !== DEFAULTS.sort) params.set('sort', sort)
  if (dir !== DEFAULTS.dir) params.set('dir', dir)
  if (page !== DEFAULTS.page) params.set('page', String(page))
  return params.size > 0 ? `?${params}` : ''
}

function parseSearch(value: SearchParams[string]): string {
  if (typeof value !== 'string') return DEFAULTS.q
  const text = value
    .toWellFormed()
    .normalize()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
  return [...text].slice(0, MAX_SEARCH_LENGTH).join('').trim()
}

function parsePage(value: SearchParams[string]): number {
  return typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : DEFAULTS.page
}
