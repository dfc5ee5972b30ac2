/** A field of a person that an operator can hide. */
export type HideableField = 'email' | 'age'

/** What the operator makes of this installation: `.env.example` describes each setting. */
export type Site = {
  name: string
  /** The address that visitors use, without a slash at its end; null when it is not set. */
  url: string | null
  description: string
  /** One CSS colour for each colour scheme, readable on its paper; null for the ones of globals.css. */
  accent: { light: string; dark: string } | null
  /** Where the logo is served; null for Roster's own. */
  logoHref: string | null
  /** The size of the logo, as in an icon's `sizes`: `any` for SVG, `180x120` for PNG. */
  logoSizes: string | null
  links: { text: string; href: string }[]
  /** One line on every page. */
  notice: string | null
  /** Whether search engines may list the people. */
  isIndexed: boolean
  /** What nobody gets to see of a person, in any form. */
  hiddenFields: HideableField[]
}

export const DEFAULT_SITE: Site = {
  name: 'Roster',
  url: null,
  description: 'A directory of people: find anyone by name.',
  accent: null,
  logoHref: null,
  logoSizes: null,
  links: [],
  notice: null,
  isIndexed: false,
  hiddenFields: [],
}

// An environment variable, which the server's copy of this module, Next's copy and `next dev` have alike.
const SITE_VARIABLE = 'ROSTER_SITE'

// Every response needs it several times.
let latest: { text: string | undefined; site: Site } = { text: undefined, site: DEFAULT_SITE }

/** This installation, as server/settings.ts has read it. */
export function readSite(): Site {
  const text = process.env[SITE_VARIABLE]
  // A master of an older release hands down fewer fields.
  if (text !== latest.text) latest = { text, site: text === undefined ? DEFAULT_SITE : { ...DEFAULT_SITE, ...JSON.parse(text) } }
  return latest.site
}

/** Whether the operator hides `field`. */
export function isHidden(field: HideableField): boolean {
  return readSite().hiddenFields.includes(field)
}

/** Makes `site` what readSite returns, in this process and those that it starts. */
export function setSite(site: Site): void {
  process.env[SITE_VARIABLE] = JSON.stringify(site)
}
