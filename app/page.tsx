import type { Metadata } from 'next'
import { connection } from 'next/server'
import { userListHref } from './_models/user-list-query.ts'
import { findDocumentTag } from './_request/answer.ts'
import { readDirectory } from './_request/routes.ts'
import { canonicalUrl } from './_site/canonical-url.ts'
import { readSite } from './_site/site.ts'
import { DirectoryAges } from './_views/directory-ages.tsx'
import { EmptyDirectory } from './_views/empty-directory.tsx'
import { formatCount } from './_views/format.ts'
import { LivePage } from './_views/live-page.tsx'
import { NewestPeople } from './_views/newest-people.tsx'
import { SearchForm } from './_views/search-form.tsx'

export const generateMetadata = (): Metadata => ({ alternates: { canonical: canonicalUrl('/') } })

export default async function HomePage() {
  await connection()
  const { count, histogram, newest } = await readDirectory()
  const { hiddenFields } = readSite()
  const parts = `any part of a ${hiddenFields.includes('email') ? 'name' : 'name or email'}`
  return (
    <div className="grid grid-cols-1 gap-10 sm:gap-14">
      <LivePage tag={findDocumentTag()} updatedText="This page was updated." changedText="This page has changed." />
      <div className="hero">
        <div className="grid grid-cols-1 gap-6">
          <h1 className="text-display">Find anyone in the directory</h1>
          <p className="max-w-xl text-lg text-muted">
            {count === 0 ? 'There is no one in it yet.' : `Search ${formatCount(count)} by ${parts}.`}
          </p>
          <SearchForm size="large" hiddenFields={hiddenFields} />
          {count > 0 && <WaysIn hasAges={histogram !== null} />}
        </div>
        {count === 0 ? <EmptyDirectory /> : histogram && <DirectoryAges histogram={histogram} />}
      </div>
      {count > 0 && <NewestPeople users={newest} />}
    </div>
  )
}

function WaysIn({ hasAges }: { hasAges: boolean }) {
  return (
    <nav aria-label="Browse" className="flex flex-wrap items-center gap-2">
      <span aria-hidden="true" className="mr-1 text-muted text-sm">
        Or browse
      </span>
      <a href={userListHref({ sort: 'username' })} className="chip">
        By name
      </a>
      <a href={userListHref({ dir: 'desc' })} className="chip">
        Newest first
      </a>
      {hasAges && (
        <a href={userListHref({ sort: 'age' })} className="chip">
          Youngest first
        </a>
      )}
    </nav>
  )
}
