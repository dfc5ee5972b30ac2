import type { AgeHistogram as Histogram } from '../_models/user.ts'
import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { formatAgeRange, formatCount } from './format.ts'
import { listAgeBars } from './list-age-bars.ts'

type AgeHistogramProps = { histogram: Histogram; query?: Partial<UserListQuery> }

/**
 * The ages of the people in the list of `query`: each bar links to its people. To assistive technology it is a table; it is not a <table>,
 * whose roles browsers drop with the grid layout of age-histogram.css. Bars are as high as the attribute of an empty SVG: styles inside of
 * the page are forbidden.
 */
export function AgeHistogram({ histogram, query = {} }: AgeHistogramProps) {
  const bars = listAgeBars(histogram, query.age_min, query.age_max)
  const hasUnknown = histogram.some(({ age }) => age === null)
  // A single bar would link to the list that is already shown.
  if (bars.length + Number(hasUnknown) < 2) return null
  const most = Math.max(...bars.map(({ people }) => people))
  return (
    // biome-ignore-start lint/a11y/useSemanticElements: see above
    // biome-ignore-start lint/a11y/useFocusableInteractive: rows are interactive in a grid, not in a table
    <div role="table" aria-label="People by age" className="age-histogram">
      {bars.map(({ from, to, people }) => {
        const range = formatAgeRange(from, to)
        const label = `${range}: ${formatCount(people)}`
        const bar = <svg height={`${Math.ceil((people / most) * 100)}%`} aria-hidden="true" />
        return (
          <div key={from} role="row" aria-hidden={people === 0 ? true : undefined}>
            <div role="rowheader" aria-label={range}>
              {from}
            </div>
            <div role="cell">
              {people === 0 ? (
                bar
              ) : (
                <a href={userListHref(query, { age_min: from, age_max: to, age: null })} aria-label={label} title={label}>
                  {bar}
                </a>
              )}
            </div>
          </div>
        )
      })}
    </div>
    // biome-ignore-end lint/a11y/useFocusableInteractive: see above
    // biome-ignore-end lint/a11y/useSemanticElements: see above
  )
}
