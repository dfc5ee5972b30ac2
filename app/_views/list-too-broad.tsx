import type { UserListQuery } from '../_models/user-list-query.ts'
import type { HideableField } from '../_site/site.ts'
import { formatSearched } from './format.ts'
import { Panel } from './panel.tsx'
import { QuotedSearch } from './quoted-search.tsx'

export function ListTooBroad({ query, hiddenFields }: { query: UserListQuery; hiddenFields: HideableField[] }) {
  return (
    <Panel>
      <div className="grid max-w-xl grid-cols-1 gap-3">
        <h2 className="text-lg">Narrow your search</h2>
        <p className="written-text">
          {query.q === '' ? 'This list' : <QuotedSearch text={query.q} />} matches too many people to show. Try:
        </p>
        <ul className="list-disc pl-5 text-muted">
          <li>more letters of the {formatSearched(hiddenFields).toLowerCase()}</li>
          {!hiddenFields.includes('email') && <li>another word, such as the part of the email after the @</li>}
          {!hiddenFields.includes('age') && <li>an age range</li>}
        </ul>
      </div>
    </Panel>
  )
}
