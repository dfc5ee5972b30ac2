import { Notice } from './notice.tsx'
import { SearchForm } from './search-form.tsx'

export function UserNotFound() {
  return (
    <Notice title="There is no such person">
      <p className="text-muted">Nobody in the directory has this id. You can look for them by name.</p>
      <SearchForm />
    </Notice>
  )
}
