import type { HideableField } from '../_site/site.ts'
import { formatSearched } from './format.ts'
import { Notice } from './notice.tsx'
import { SearchForm } from './search-form.tsx'

export function UserNotFound({ hiddenFields }: { hiddenFields: HideableField[] }) {
  return (
    <Notice title="Person not found">
      <p className="text-muted">No one in the directory has this ID. Try a search by {formatSearched(hiddenFields).toLowerCase()}.</p>
      <SearchForm hiddenFields={hiddenFields} />
    </Notice>
  )
}
