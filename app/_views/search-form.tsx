import { listParams, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { SearchField } from './search-field.tsx'

export const SEARCH_FORM_ID = 'search'
// Parameters with a field of their own, or reset by a new search.
const FIELDS: string[] = ['q', 'age_min', 'age_max', 'age', 'page']

type SearchFormProps = { query?: Partial<UserListQuery>; size?: 'normal' | 'large'; isLive?: boolean }

/** A plain GET form: its URL is the whole state. A search keeps the order and starts at page 1. */
export function SearchForm({ query = {}, size = 'normal', isLive = false }: SearchFormProps) {
  const textSize = size === 'large' ? 'min-h-13 text-lg' : ''
  return (
    <search>
      <form id={SEARCH_FORM_ID} action={userListHref()} className="flex w-full max-w-xl flex-wrap gap-2">
        <label htmlFor="q" className="sr-only">
          Username or email
        </label>
        <SearchField q={query.q ?? ''} isLive={isLive} className={`field grow basis-40 ${textSize}`} />
        {listParams(query).map(([name, value]) => !FIELDS.includes(name) && <input key={name} type="hidden" name={name} value={value} />)}
        <button type="submit" className="button">
          Search
        </button>
      </form>
    </search>
  )
}
