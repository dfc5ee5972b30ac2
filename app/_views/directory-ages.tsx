import type { AgeHistogram as Histogram } from '../_models/user.ts'
import { userListHref } from '../_models/user-list-query.ts'
import { AgeHistogram } from './age-histogram.tsx'
import { medianAge } from './median-age.ts'

/** The ages of all people, with facts about them. */
export function DirectoryAges({ histogram }: { histogram: Histogram }) {
  const unknown = histogram.find(({ age }) => age === null)?.people ?? 0
  const known = histogram.reduce((sum, { people }) => sum + people, 0) - unknown
  const median = medianAge(histogram)
  return (
    <section aria-labelledby="ages" className="card grid grid-cols-1 gap-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="ages">Ages</h2>
        <p className="text-muted text-sm">Choose a bar to see its people</p>
      </div>
      <AgeHistogram histogram={histogram} />
      <dl className="facts">
        {median !== null && (
          <div>
            <dt>Median age</dt>
            <dd>{median.toLocaleString('en')}</dd>
          </div>
        )}
        <div>
          <dt>With an age</dt>
          <dd>{known.toLocaleString('en')}</dd>
        </div>
        <div>
          <dt>Not given</dt>
          <dd>{unknown === 0 ? 0 : <a href={userListHref({ age: 'unknown' })}>{unknown.toLocaleString('en')}</a>}</dd>
        </div>
      </dl>
    </section>
  )
}
