import { hash } from 'node:crypto'
import { accentStyle } from '../../app/_site/accent-style.ts'
import { readSite } from '../../app/_site/site.ts'

/** On every response. The web servers in deploy/ send the same ones with what they answer themselves. */
export const SECURITY_HEADERS: [name: string, value: string][] = [
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'same-origin'],
  ['Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  // Nothing runs a script or loads anything. Pages replace it by a policy of their own.
  ['Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"],
]

/** What search engines may do with every response: `all` is what they do without the header, but a web server in front then adds none. */
export function robotsHeader(): [name: string, value: string] {
  return ['X-Robots-Tag', readSite().isIndexed ? 'all' : 'noindex']
}

/** The Content-Security-Policy of a page whose inline scripts carry `nonce` (base64). */
export function contentSecurityPolicy(nonce: string): string {
  const style = accentStyle(readSite())
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}'`,
    ...(style === null ? [] : [`style-src 'self' '${sourceHash(style)}'`]),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** How a policy allows the inline style `text`. */
export function sourceHash(text: string): string {
  return `sha256-${hash('sha256', text, 'base64')}`
}
