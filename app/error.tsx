'use client'

import { Notice } from './_views/notice.tsx'

/** Only seen when an answer to typing fails: a whole page that fails is answered by our server (server/http/fault-page.ts). */
export default function ErrorPage() {
  return (
    <Notice title="Something went wrong on our side">
      <p className="text-muted">The list could not be fetched.</p>
      <button
        type="button"
        onClick={() => location.reload()}
        className="w-fit rounded-lg bg-accent px-3 py-2 font-medium text-on-accent hover:opacity-90"
      >
        Load the page again
      </button>
    </Notice>
  )
}
