import { type DataAnswer, problemAnswer } from '../_request/data-answer.ts'
import { escapeMarkup } from '../_site/escape-markup.ts'
import { readLogo } from '../_site/logo.ts'
import { readSite, type Site } from '../_site/site.ts'
import { siteIcons } from '../_site/site-icons.ts'
import { describeData } from './describe-data.ts'

// As the icons, which do not change either while Roster runs.
const CACHE_CONTROL = 'public, max-age=3600'
// The address of a logo has a hash of its content.
const LOGO_CACHE_CONTROL = 'public, max-age=31536000, immutable'

// As in app/globals.css.
const PAPER = '#fbfaf8'
const ACCENT = '#8a3b12'

// https://github.com/dewitt/opensearch/blob/master/opensearch-1-1-draft-6.md#the-shortname-element
const MAX_SHORT_NAME_LENGTH = 16

const FILES: Record<string, (site: Site) => DataAnswer> = {
  '/manifest.webmanifest': answerManifest,
  '/openapi.json': (site) => answerFile('application/json', JSON.stringify(describeData(site))),
  '/opensearch.xml': answerSearchDescription,
}

/** The paths of the files that depend on the site. */
export const SITE_FILE = /^\/(?:manifest\.webmanifest|openapi\.json|opensearch\.xml|site\/logo-[\da-f]{16}\.(?:svg|png))$/

/** The file at `path`, made for this site. */
export async function answerSiteFile(path: string): Promise<DataAnswer> {
  return FILES[path]?.(readSite()) ?? answerLogo(path)
}

function answerManifest(site: Site): DataAnswer {
  const { name, description, accent } = site
  const manifest = {
    name,
    short_name: name,
    description,
    start_url: '/',
    display: 'minimal-ui',
    background_color: PAPER,
    theme_color: accent?.light ?? ACCENT,
    icons: siteIcons(site).app,
  }
  return answerFile('application/manifest+json', JSON.stringify(manifest))
}

/** How a browser searches from its address bar. It takes only absolute addresses. */
function answerSearchDescription(site: Site): DataAnswer {
  const { name, url, description } = site
  if (url === null) return problemAnswer(404, 'The address of this site is not set, so browsers cannot add its search.')
  const icons = siteIcons(site).page.map(({ src, type }) => `\n  <Image type="${type}">${url}${src}</Image>`)
  return answerFile(
    'application/opensearchdescription+xml',
    `<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>${escapeMarkup([...name].slice(0, MAX_SHORT_NAME_LENGTH).join('').trim())}</ShortName>
  <LongName>${escapeMarkup(name)}</LongName>
  <Description>${escapeMarkup(description)}</Description>
  <InputEncoding>UTF-8</InputEncoding>${icons.join('')}
  <Url type="text/html" template="${url}/users?q={searchTerms}"/>
</OpenSearchDescription>
`,
  )
}

function answerLogo(path: string): DataAnswer {
  const logo = readLogo()
  if (logo?.href !== path) return problemAnswer(404, 'There is no such logo.')
  return { status: 200, headers: { 'Content-Type': logo.contentType, 'Cache-Control': LOGO_CACHE_CONTROL }, body: logo.bytes }
}

function answerFile(contentType: string, body: string): DataAnswer {
  return { status: 200, headers: { 'Content-Type': contentType, 'Cache-Control': CACHE_CONTROL }, body }
}
