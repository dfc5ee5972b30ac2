import type { Metadata } from 'next'
import { connection } from 'next/server'
import { Notice } from './_views/notice.tsx'
import { SearchForm } from './_views/search-form.tsx'

export const metadata: Metadata = { title: 'Page not found' }

export default async function NotFoundPage() {
  // A page made at build time would carry no nonce, and the browser would refuse its scripts.
  await connection()
  return (
    <Notice title="There is no such page">
      <p className="text-muted">
        The address may be mistyped. Look for somebody, or go to the <a href="/">start page</a>.
      </p>
      <SearchForm />
    </Notice>
  )
}
