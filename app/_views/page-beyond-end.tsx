import { type UserListQuery, userListHref } from '../_models/user-list-query.ts'
import { Panel } from './panel.tsx'

type PageBeyondEndProps = { query: UserListQuery; pageCount: number }

export function PageBeyondEnd({ query, pageCount }: PageBeyondEndProps) {
  return (
    <Panel>
      <p>
        There is no page {query.page.toLocaleString('en')}. The last one is{' '}
        <a href={userListHref(query, { page: pageCount })}>page {pageCount.toLocaleString('en')}</a>.
      </p>
    </Panel>
  )
}
