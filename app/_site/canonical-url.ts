import { readSite } from './site.ts'

/**
 * The one address of the page at `href`, for search engines, which want an absolute one. Without SITE_URL there is none: the host of a
 * request may be forged, and a page is stored for others (docs/decisions/042-a-site-of-ones-own.md).
 */
export function canonicalUrl(href: string): string | undefined {
  const { url } = readSite()
  return url === null ? undefined : url + href
}
