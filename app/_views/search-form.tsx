import { listParams, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatSearched } from './format.ts'
import { SearchField } from './search-field.tsx'

export const SEARCH_FORM_ID = 'search'
// Parameters with a field of their own, or reset by a new search.
const FIELDS: string[] = ['q', 'age_min', 'age_max', 'page']

type SearchFormProps = { hiddenFields: HideableField[]; query?: Partial<UserListQuery>; size?: 'normal' | 'large'; isLive?: boolean }

/** A plain GET form: its URL is the whole state. A search keeps the order and starts at page 1. */
export function SearchForm({ hiddenFields, query = {}, size = 'normal', isLive = false }: SearchFormProps) {
  return (
    <search>
      <form id={SEARCH_FORM_ID} action={userListHref()} className="flex w-full max-w-xl flex-wrap gap-2">
        <label htmlFor="q" className="sr-only">
          {formatSearched(hiddenFields)}
        </label>
        <SearchField
          q={query.q ?? ''}
          isLive={isLive}
          hiddenFields={hiddenFields}
          className={size === 'large' ? 'field min-h-12 text-lg' : 'field min-h-11'}
        />
        <button type="submit" className="button px-5">
          Search
        </button>
        {listParams(query).map(([name, value]) => !FIELDS.includes(name) && <input key={name} type="hidden" name={name} value={value} />)}
      </form>
    </search>
  )
}
