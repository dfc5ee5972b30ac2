import { Notice } from './notice.tsx'
import { SearchForm } from './search-form.tsx'

export function UserNotFound() {
  return (
    <Notice title="Person not found">
      <p className="text-muted">No one in the directory has this ID. Try a search by name or email.</p>
      <SearchForm />
    </Notice>
  )
}
