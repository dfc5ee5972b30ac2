'use client'

import { Notice } from './_views/notice.tsx'

/** Shown when results that follow typing fail to load. When a whole page fails, the server sends its own (server/http/fault-page.ts). */
export default function ErrorPage() {
  return (
    <Notice title="Something went wrong on our side">
      <p className="text-muted">The list could not be loaded.</p>
      <button type="button" onClick={() => location.reload()} className="button w-fit">
        Reload the page
      </button>
    </Notice>
  )
}
