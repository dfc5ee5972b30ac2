import { userListHref } from '../_models/user-list-query.ts'
import type { Site } from '../_site/site.ts'

type SiteHeaderProps = { site: Pick<Site, 'name' | 'logoHref' | 'notice'> }

export function SiteHeader({ site: { name, logoHref, notice } }: SiteHeaderProps) {
  return (
    <header className="border-line border-b bg-card">
      {notice !== null && (
        <p className="border-line border-b bg-tint text-sm">
          <span className="page-width block py-2 text-center">{notice}</span>
        </p>
      )}
      <div className="page-width flex min-h-14 flex-wrap items-center justify-between gap-x-6">
        <a href="/" className="-mx-1 flex min-w-0 items-center gap-2.5 px-1 py-2 font-semibold tracking-tight">
          {logoHref === null ? (
            <Logo />
          ) : (
            // biome-ignore lint/performance/noImgElement: it is served as it is
            <img src={logoHref} alt="" className="h-8 max-w-40" />
          )}
          {name}
        </a>
        <nav aria-label="Main" className="text-sm">
          <a href={userListHref()} className="-mx-2 block px-2 py-2 text-muted hover:text-ink">
            People
          </a>
        </nav>
      </div>
    </header>
  )
}

/** Roster's own. */
function Logo() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className="size-8 shrink-0 text-accent">
      <rect width="32" height="32" rx="9" fill="currentColor" />
      <g className="fill-on-accent">
        <circle cx="10.5" cy="11" r="3.5" />
        <rect x="17" y="9.5" width="9" height="3" rx="1.5" />
        <circle cx="10.5" cy="21" r="3.5" />
        <rect x="17" y="19.5" width="6" height="3" rx="1.5" />
      </g>
    </svg>
  )
}
