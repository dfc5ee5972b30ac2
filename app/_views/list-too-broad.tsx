import type { UserListQuery } from '../_models/user-list-query.ts'
import { Panel } from './panel.tsx'
import { QuotedSearch } from './quoted-search.tsx'

export function ListTooBroad({ query }: { query: UserListQuery }) {
  return (
    <Panel>
      <div className="grid max-w-xl grid-cols-1 gap-3">
        <h2 className="text-lg">Narrow your search</h2>
        <p className="written-text">
          {query.q === '' ? 'This list' : <QuotedSearch text={query.q} />} matches too many people to show. Try:
        </p>
        <ul className="list-disc pl-5 text-muted">
          <li>more letters of the name or email,</li>
          <li>another word, such as the part of the email after the @,</li>
          <li>an age range.</li>
        </ul>
      </div>
    </Panel>
  )
}
