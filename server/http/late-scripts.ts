import type { WholeResponse } from './buffered-response.ts'

// As React writes the scripts of Next, in whatever order the attributes are. No text of a page can look like one: there, < is escaped.
const SCRIPT = /<script src="([^"]+)"(?=[^>]* async="")(?=[^>]* nonce="([^"]+)")[^>]*><\/script>/g
const PRELOAD = /<link rel="preload" as="script"[^>]*>/g

/**
 * `page` of Next, which loads its scripts after the browser has drawn it. They take half a second of a phone, and most of the first
 * visit's bytes; as every page works without them, the page itself comes first. A page in the background loads them at once.
 */
export function loadScriptsLate(page: WholeResponse): WholeResponse {
  if (!String(page.headers['content-type']).startsWith('text/html')) return page
  const html = page.body.toString()
  const scripts = [...html.matchAll(SCRIPT)]
  const [, , nonce] = scripts[0] ?? []
  if (nonce === undefined) return page
  const loader = `{
const load=()=>{for(const src of ${JSON.stringify(scripts.map(([, source]) => source))})document.head.append(Object.assign(document.createElement("script"),{src,async:true}))}
document.hidden?load():requestAnimationFrame(()=>setTimeout(load))}`
  const late = html
    .replaceAll(SCRIPT, '')
    .replaceAll(PRELOAD, '')
    .replace(/(?=<\/body>)/, `<script nonce="${nonce}">${loader}</script>`)
  const body = Buffer.from(late)
  return { ...page, headers: { ...page.headers, 'content-length': body.length }, body }
}
