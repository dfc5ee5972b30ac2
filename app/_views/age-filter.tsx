import type { AgeHistogram as Histogram } from '../_models/user.ts'
import { MAX_AGE, type UserListQuery } from '../_models/user-list-query.ts'
import { AgeHistogram } from './age-histogram.tsx'
import { SEARCH_FORM_ID } from './search-form.tsx'

type AgeFilterProps = { query: UserListQuery; histogram: Histogram | null }

/** Its fields belong to the search form above: one form, one URL. */
export function AgeFilter({ query: { age_min, age_max, age, ...query }, histogram }: AgeFilterProps) {
  const isActive = age_min !== null || age_max !== null || age !== null
  return (
    <details className="age-filter" open={isActive}>
      <summary className="w-fit cursor-pointer py-2 text-sm">Age</summary>
      <div className="flex flex-wrap items-end gap-x-10 gap-y-4 pt-1">
        <fieldset className="flex min-w-0 basis-84 flex-wrap items-center gap-x-2 gap-y-3 text-sm">
          <legend className="float-left mr-2 text-muted max-sm:sr-only">Age</legend>
          <label htmlFor="age_min" className="text-muted">
            from
          </label>
          <AgeField name="age_min" age={age_min} />
          <label htmlFor="age_max" className="text-muted">
            to
          </label>
          <AgeField name="age_max" age={age_max} />
          <button type="submit" form={SEARCH_FORM_ID} className="button-quiet">
            Apply
          </button>
          <label className="flex basis-full items-center gap-2 py-1">
            <input type="checkbox" name="age" value="unknown" form={SEARCH_FORM_ID} defaultChecked={age !== null} className="size-4" />
            Only people without an age
          </label>
        </fieldset>
        <div className="min-w-0 grow basis-48 empty:hidden">
          {histogram ? (
            <AgeHistogram histogram={histogram} query={{ ...query, age_min, age_max, age }} />
          ) : (
            <p className="text-muted text-sm">Too many people match to count their ages.</p>
          )}
        </div>
      </div>
    </details>
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
      className="field w-18"
    />
  )
}
