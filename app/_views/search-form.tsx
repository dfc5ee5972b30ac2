import { MAX_SEARCH_LENGTH, type UserListQuery, userListHref } from '../_models/user-list-query.ts'

type SearchFormProps = { query?: Partial<UserListQuery>; size?: 'normal' | 'large' }

/** A plain GET form: the address it leads to is the whole state. It keeps the order and begins at page 1. */
export function SearchForm({ query = {}, size = 'normal' }: SearchFormProps) {
  const padding = size === 'large' ? 'px-4 py-3 text-lg' : 'px-3 py-2'
  return (
    <search>
      <form action={userListHref()} className="flex w-full max-w-xl gap-2">
        <label htmlFor="q" className="sr-only">
          Username or e-mail
        </label>
        <input
          id="q"
          name="q"
          type="search"
          defaultValue={query.q}
          maxLength={MAX_SEARCH_LENGTH}
          placeholder="Username or e-mail"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          enterKeyHint="search"
          className={`min-w-0 grow rounded-lg border border-field bg-card placeholder:text-muted ${padding}`}
        />
        {query.sort && query.sort !== 'id' && <input type="hidden" name="sort" value={query.sort} />}
        {query.dir === 'desc' && <input type="hidden" name="dir" value={query.dir} />}
        <button type="submit" className={`rounded-lg bg-accent font-medium text-on-accent hover:opacity-90 ${padding}`}>
          Search
        </button>
      </form>
    </search>
  )
}
