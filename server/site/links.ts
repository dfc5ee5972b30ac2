import type { Site } from '../../app/_site/site.ts'
import { OperatorError } from '../errors.ts'

const MAX_LINKS = 10
const MAX_TEXT_LENGTH = 40
const PROTOCOLS = ['https:', 'http:', 'mailto:']
// For addresses of this site; only its host is compared.
const BASE = 'http://this-site.invalid'

/**
 * The links in `text`, as in `Privacy=https://example.com/privacy; Imprint=/imprint`.
 * @throws OperatorError when a part of it is no link, or leads to something else than a page or a mailbox.
 */
export function parseLinks(text: string): Site['links'] {
  const parts = text.split(';').map((part) => part.trim())
  const links = parts.filter((part) => part !== '').map(parseLink)
  if (links.length > MAX_LINKS) throw new OperatorError(`SITE_LINKS has ${links.length} links; it may have at most ${MAX_LINKS}`)
  return links
}

function parseLink(part: string): Site['links'][number] {
  const [name = '', ...rest] = part.split('=')
  const [text, href] = [name.trim(), rest.join('=').trim()]
  if (text === '' || href === '')
    throw new OperatorError(
      `SITE_LINKS has "${part}"; each link must be a text, = and an address, as in Privacy=https://example.com/privacy; Imprint=/imprint`,
    )
  if (text.length > MAX_TEXT_LENGTH || /\p{Cc}/u.test(text))
    throw new OperatorError(`SITE_LINKS has the text "${text}"; it must be one line of at most ${MAX_TEXT_LENGTH} characters`)
  if (!isAllowed(href))
    throw new OperatorError(
      `SITE_LINKS has the address "${href}"; it must be a valid one that begins with https://, http://, mailto: or a single /`,
    )
  return { text, href }
}

function isAllowed(href: string): boolean {
  // Browsers remove some of these from an address, and read a backslash as a slash.
  if (/[\p{Cc}\s\\]/u.test(href)) return false
  if (href.startsWith('/')) return URL.parse(href, BASE)?.origin === BASE
  const url = URL.parse(href)
  return url !== null && PROTOCOLS.includes(url.protocol) && (url.protocol === 'mailto:' || /^https?:\/\/[^/]/i.test(href))
}
