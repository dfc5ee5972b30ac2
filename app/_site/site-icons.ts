import type { Site } from './site.ts'

type Icon = { src: string; type: string; sizes: string }

const PAGE_ICONS: Icon[] = [
  { src: '/favicon.ico', type: 'image/x-icon', sizes: '32x32' },
  { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any' },
]
const APP_ICONS: Icon[] = [
  { src: '/icon.svg', type: 'image/svg+xml', sizes: 'any' },
  { src: '/icon-192.png', type: 'image/png', sizes: '192x192' },
  { src: '/icon-512.png', type: 'image/png', sizes: '512x512' },
]
const TOUCH_ICON = '/apple-touch-icon.png'

/**
 * The icons in a browser's tab (`page`), of the installed app (`app`), and on the home screen of an iPhone (`touch`), which takes no SVG:
 * null where the site has no picture for it.
 */
export function siteIcons({ logoHref, logoSizes }: Pick<Site, 'logoHref' | 'logoSizes'>): {
  page: Icon[]
  app: Icon[]
  touch: string | null
} {
  if (logoHref === null || logoSizes === null) return { page: PAGE_ICONS, app: APP_ICONS, touch: TOUCH_ICON }
  const icons = [{ src: logoHref, type: logoHref.endsWith('.svg') ? 'image/svg+xml' : 'image/png', sizes: logoSizes }]
  const [width, height] = logoSizes.split('x')
  return { page: icons, app: icons, touch: height !== undefined && width === height ? logoHref : null }
}
