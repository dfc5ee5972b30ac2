import { listParams, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatSearched } from './format.ts'
import { SearchField } from './search-field.tsx'

export const SEARCH_FORM_ID = 'search'
// Parameters with a field of their own, or reset by a new search.
const FIELDS: string[] = ['q', 'age_min', 'age_max', 'age', 'page']

type SearchFormProps = { hiddenFields: HideableField[]; query?: Partial<UserListQuery>; size?: 'normal' | 'large'; isLive?: boolean }

/** A plain GET form: its URL is the whole state. A search keeps the order and starts at page 1. */
export function SearchForm({ hiddenFields, query = {}, size = 'normal', isLive = false }: SearchFormProps) {
  const padding = size === 'large' ? 'px-4 py-3 text-lg' : 'px-3 py-2'
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
          className={`min-w-0 grow basis-40 rounded-lg border border-field bg-card placeholder:text-muted ${padding}`}
        />
        {listParams(query).map(([name, value]) => !FIELDS.includes(name) && <input key={name} type="hidden" name={name} value={value} />)}
        <button type="submit" className={`rounded-lg bg-accent font-medium text-on-accent hover:opacity-90 ${padding}`}>
          Search
        </button>
      </form>
    </search>
  )
}
