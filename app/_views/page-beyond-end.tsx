import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { Panel } from './panel.tsx'

type PageBeyondEndProps = { query: UserListQuery; pageCount: number; isCountExact: boolean }

export function PageBeyondEnd({ query, pageCount, isCountExact }: PageBeyondEndProps) {
  return (
    <Panel>
      <p className="text-lg">
        {isCountExact ? `There is no page ${query.page.toLocaleString('en')}: the last is` : 'Too many matches: the list stops at'}{' '}
        <a href={userListHref(query, { page: pageCount })}>page {pageCount.toLocaleString('en')}</a>.
      </p>
    </Panel>
  )
}
