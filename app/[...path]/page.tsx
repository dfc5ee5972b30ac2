import type { Metadata } from 'next'
import { setStatusNotFound } from '../_request/page-status.ts'
import { readSite } from '../_site/site.ts'
import { Notice } from '../_views/notice.tsx'
import { SearchForm } from '../_views/search-form.tsx'

// A page made at build time would carry no nonce, and the browser would refuse its scripts.
export const dynamic = 'force-dynamic'
export const metadata: Metadata = { title: 'Page not found', robots: { index: false } }

/** The page for every path that no other page has. */
export default function NoSuchPage() {
  setStatusNotFound()
  return (
    <Notice title="Page not found">
      <p className="text-muted">
        The address may be mistyped. Search for a person, or go to the <a href="/">home page</a>.
      </p>
      <SearchForm hiddenFields={readSite().hiddenFields} />
    </Notice>
  )
}
