import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { accentStyle } from './_site/accent-style.ts'
import { readSite } from './_site/site.ts'
import { siteIcons } from './_site/site-icons.ts'
import { SiteFooter } from './_views/site-footer.tsx'
import { SiteHeader } from './_views/site-header.tsx'
import './globals.css'

/** For every page; a page replaces what it has itself. */
export function generateMetadata(): Metadata {
  const site = readSite()
  const { page, touch } = siteIcons(site)
  return {
    title: { default: site.name, template: `%s · ${site.name}` },
    description: site.description,
    applicationName: site.name,
    manifest: '/manifest.webmanifest',
    icons: { icon: page.map(({ src, ...icon }) => ({ url: src, ...icon })), ...(touch !== null && { apple: touch }) },
    // Safari would turn ids and ages into telephone links.
    formatDetection: { telephone: false, email: false, address: false },
    ...(!site.isIndexed && { robots: { index: false } }),
  }
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#fbfaf8' },
    { media: '(prefers-color-scheme: dark)', color: '#161514' },
  ],
}

export default function RootLayout({ children }: { children: ReactNode }) {
  const site = readSite()
  const style = accentStyle(site)
  return (
    <html lang="en">
      <head>
        {site.url !== null && <link rel="search" type="application/opensearchdescription+xml" title={site.name} href="/opensearch.xml" />}
        {/* server/http/security-headers.ts allows it by its hash. */}
        {style !== null && <style>{style}</style>}
      </head>
      <body className="wrap-break-word flex min-h-dvh flex-col bg-paper font-sans text-ink antialiased">
        <a href="#content" className="button skip-link">
          Skip to content
        </a>
        <SiteHeader site={site} />
        <main id="content" tabIndex={-1} className="page-width grow py-8 outline-none sm:py-12">
          {children}
        </main>
        <SiteFooter site={site} />
      </body>
    </html>
  )
}
