import type { AgeHistogram as Histogram } from '../_models/user.ts'
import { MAX_AGE, type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { AgeHistogram } from './age-histogram.tsx'
import { formatCount } from './format.ts'
import { SEARCH_FORM_ID } from './search-form.tsx'

type AgeFilterProps = { query: UserListQuery; histogram: Histogram | null }

const ALL_AGES = { age_min: null, age_max: null, age: null }

/** The ages in the list, and fields to narrow it by age. These belong to the search form above: one form, one URL. */
export function AgeFilter({ query, histogram }: AgeFilterProps) {
  const { age_min, age_max, age } = query
  return (
    <details className="age-filter" open={age_min !== null || age_max !== null || age !== null}>
      <summary>Age</summary>
      <div className="grid grid-cols-1 gap-3 text-sm">
        <h2>Age</h2>
        {age === null ? (
          <>
            {histogram && <AgeHistogram histogram={histogram} query={query} />}
            <AgeRange min={age_min} max={age_max} />
            {histogram ? (
              <UnknownAge query={query} people={histogram.find((each) => each.age === null)?.people ?? 0} />
            ) : (
              <p className="text-muted">Too many people match to count their ages.</p>
            )}
          </>
        ) : (
          <p className="text-muted">
            Only people without an age. <a href={userListHref(query, ALL_AGES)}>Show all ages</a>
          </p>
        )}
      </div>
    </details>
  )
}

function AgeRange({ min, max }: { min: number | null; max: number | null }) {
  return (
    <fieldset className="flex min-w-0 flex-wrap items-center gap-2">
      <legend className="sr-only">Age</legend>
      <label htmlFor="age_min" className="text-muted">
        From
      </label>
      <AgeField name="age_min" age={min} />
      <label htmlFor="age_max" className="text-muted">
        to
      </label>
      <AgeField name="age_max" age={max} />
      <button type="submit" form={SEARCH_FORM_ID} className="button-quiet">
        Apply
      </button>
    </fieldset>
  )
}

function AgeField({ name, age }: { name: 'age_min' | 'age_max'; age: number | null }) {
  return (
    <input
      id={name}
      name={name}
      form={SEARCH_FORM_ID}
      type="number"
      min={0}
      max={MAX_AGE}
      defaultValue={age ?? undefined}
      autoComplete="off"
      className="field w-16"
    />
  )
}

function UnknownAge({ query, people }: { query: UserListQuery; people: number }) {
  if (people === 0) return null
  return (
    <p>
      <a href={userListHref(query, { ...ALL_AGES, age: 'unknown' })}>Not given: {formatCount(people)}</a>
    </p>
  )
}
