import type { IncomingMessage } from 'node:http'
import { isIPv6 } from 'node:net'
import { canonicalUrl } from './canonical-url.ts'

const ABSOLUTE_URL = /^https?:\/\/([^/?#]*)(.*)$/i
// RFC 3986, 3.2.2 and 3.2.3, without names of length zero: an http address must have one (RFC 9110, 4.2.1).
const HOST = /^(?:\[([\da-f:.]+)\]|(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})+)(?::(\d{0,5}))?$/i
const MAX_PORT = 65_535
// A fragment never leaves the browser, and the rest no address may have as it is.
const FORBIDDEN = /[^!-~]|#/

/**
 * Leaves path and query as the URL of `request`, and as its host the one that the request is for: an address in absolute form, as a
 * proxy's client writes it, has its own (RFC 9112, 3.2.2). Returns what is wrong with it in words, or null.
 */
export function takeTarget(request: IncomingMessage): string | null {
  const [host, secondHost] = request.headersDistinct.host ?? []
  if (secondHost !== undefined) return 'A request must have only one Host header.'
  if (host === undefined && request.httpVersion > '1.0') return 'A request must have a Host header.'
  if (host !== undefined && !isHost(host)) return 'The Host header is not a valid host name.'

  const [, authority, rest = ''] = ABSOLUTE_URL.exec(request.url ?? '') ?? []
  if (authority !== undefined) {
    if (!isHost(authority)) return 'The address has no valid host name.'
    request.headers.host = authority
    request.url = rest.startsWith('/') ? rest : `/${rest}`
  }
  const { url = '' } = request
  if (!url.startsWith('/')) return 'The address must begin with a slash.'
  if (FORBIDDEN.test(url)) return 'The address has characters that must be escaped.'
  return isUtf8(url.split('?', 1)[0] ?? '') ? null : 'The escaped characters of the address are not valid UTF-8.'
}

function isHost(text: string): boolean {
  const [isMatch, address, port = ''] = HOST.exec(text) ?? []
  return isMatch !== undefined && (address === undefined || isIPv6(address)) && Number(port) <= MAX_PORT
}

function isUtf8(path: string): boolean {
  try {
    // A % that escapes nothing is a matter of spelling.
    decodeURIComponent(canonicalUrl(path))
    return true
  } catch {
    return false
  }
}
