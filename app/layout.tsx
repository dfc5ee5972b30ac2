import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { readSite } from './_site/site.ts'
import { SiteFooter } from './_views/site-footer.tsx'
import { SiteHeader } from './_views/site-header.tsx'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Roster', template: '%s · Roster' },
  description: 'A directory of people: find anyone by name or email.',
  applicationName: 'Roster',
  manifest: '/manifest.webmanifest',
  icons: {
    icon: [
      { url: '/favicon.ico', sizes: '32x32' },
      { url: '/icon.svg', type: 'image/svg+xml' },
    ],
    apple: '/apple-touch-icon.png',
  },
  // Safari would turn ids and ages into telephone links.
  formatDetection: { telephone: false, email: false, address: false },
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
  return (
    <html lang="en">
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
