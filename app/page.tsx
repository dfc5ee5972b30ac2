import { connection } from 'next/server'
import { userListHref } from './_models/user-list-query.ts'
import { readUserCount } from './_request/routes.ts'
import { readSite } from './_site/site.ts'
import { formatCount, formatSearched } from './_views/format.ts'
import { SearchForm } from './_views/search-form.tsx'

export default async function HomePage() {
  await connection()
  const { hiddenFields } = readSite()
  const count = await readUserCount()
  return (
    <div className="grid grid-cols-1 gap-8 sm:pt-8">
      <div className="grid grid-cols-1 gap-4">
        <h1 className="max-w-2xl text-balance font-semibold text-4xl leading-tight tracking-tight sm:text-5xl">
          Find anyone in the directory
        </h1>
        <p className="max-w-xl text-lg text-muted">
          Roster lists {formatCount(count)}. Search by any part of a {formatSearched(hiddenFields).toLowerCase()}, or browse the whole list.
        </p>
      </div>
      <SearchForm size="large" hiddenFields={hiddenFields} />
      <section aria-labelledby="browse" className="grid grid-cols-1 gap-3 border-line border-t pt-8">
        <h2 id="browse" className="font-semibold text-lg">
          Browse
        </h2>
        <ul className="grid gap-2 sm:grid-cols-3 sm:gap-6">
          <li>
            <a href={userListHref({ sort: 'username' })}>Everyone, by name</a>
          </li>
          <li>
            <a href={userListHref({ dir: 'desc' })}>Newest first</a>
          </li>
          {!hiddenFields.includes('age') && (
            <li>
              <a href={userListHref({ sort: 'age' })}>Youngest first</a>
            </li>
          )}
        </ul>
      </section>
    </div>
  )
}
