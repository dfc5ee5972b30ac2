/**
 * The one true spelling of `url` (path and query, as in an HTTP request line): no double or trailing slash, nothing escaped that
 * need not be, and no % that escapes nothing. The same string when it is spelled so already.
 */
export function canonicalUrl(url: string): string {
  const { path, query } = splitUrl(url)
  const canonicalPath = unescapeUnreserved(path.replaceAll(/%(?![\dA-F]{2})/gi, '%25'))
    // Browsers read a backslash as a slash: left alone, "/\host" would redirect to another site.
    .replaceAll('\\', '%5C')
    .replaceAll(/\/{2,}/g, '/')
    .replace(/(?<=.)\/$/, '')
  return canonicalPath + query
}

/** The query begins with its question mark, and may have others. */
function splitUrl(url: string): { path: string; query: string } {
  const queryBegins = url.indexOf('?')
  return queryBegins === -1 ? { path: url, query: '' } : { path: url.slice(0, queryBegins), query: url.slice(queryBegins) }
}

// RFC 3986, 2.3: an escaped unreserved character means the same as the character itself.
function unescapeUnreserved(path: string): string {
  return path.replaceAll(/%(?:2[DE]|3\d|4[1-9A-F]|5[\dAF]|6[1-9A-F]|7[\dAE])/gi, decodeURIComponent)
}
