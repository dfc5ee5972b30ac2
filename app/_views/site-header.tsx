import { userListHref } from '../_models/user-list-query.ts'

export function SiteHeader() {
  return (
    <header className="border-line border-b bg-card">
      <div className="page-width flex flex-wrap items-center justify-between">
        <a href="/" className="-mx-1 flex items-center gap-2.5 px-1 py-4 font-semibold text-lg tracking-tight">
          <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7 text-accent">
            <rect width="32" height="32" rx="8" fill="currentColor" />
            <g className="fill-card">
              <circle cx="10.5" cy="11" r="3.5" />
              <rect x="17" y="9.5" width="9" height="3" rx="1.5" />
              <circle cx="10.5" cy="21" r="3.5" />
              <rect x="17" y="19.5" width="6" height="3" rx="1.5" />
            </g>
          </svg>
          Roster
        </a>
        <nav aria-label="Main">
          <a href={userListHref()} className="-mx-2 block px-2 py-4 text-muted hover:text-accent">
            All people
          </a>
        </nav>
      </div>
    </header>
  )
}
