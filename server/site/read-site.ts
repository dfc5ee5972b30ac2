import { setLogo } from '../../app/_site/logo.ts'
import { DEFAULT_SITE, type Site } from '../../app/_site/site.ts'
import { OperatorError } from '../errors.ts'
import { parseLinks } from './links.ts'

// As OpenSearch's LongName.
const MAX_NAME_LENGTH = 48
const MAX_LINE_LENGTH = 300

type SiteTexts = Pick<Site, 'name' | 'url' | 'description' | 'links' | 'notice'>

/**
 * The texts of SITE_* in the environment.
 * @throws OperatorError naming a variable with an invalid value.
 */
export function readSiteTexts(): SiteTexts {
  return {
    name: readLine('SITE_NAME', MAX_NAME_LENGTH) ?? DEFAULT_SITE.name,
    url: readUrl(),
    description: readLine('SITE_DESCRIPTION', MAX_LINE_LENGTH) ?? DEFAULT_SITE.description,
    links: parseLinks(process.env.SITE_LINKS ?? ''),
    notice: readLine('SITE_NOTICE', MAX_LINE_LENGTH),
  }
}

/**
 * Colour and logo by SITE_* in the environment; keeps the logo for the pages of this process and those that it starts. What checks them is
 * loaded only where they are set.
 * @throws OperatorError naming a variable with an invalid value.
 */
export async function readSiteLooks(): Promise<Pick<Site, 'accent' | 'logoHref' | 'logoSizes'>> {
  const { SITE_ACCENT: accent, SITE_LOGO: path } = process.env
  const logo = path ? (await import('./read-logo.ts')).readLogoFile(path) : null
  if (logo !== null) setLogo(logo)
  return {
    accent: accent ? (await import('./accent.ts')).deriveAccent(accent) : null,
    logoHref: logo?.href ?? null,
    logoSizes: logo?.sizes ?? null,
  }
}

function readLine(variable: string, maxLength: number): string | null {
  const text = process.env[variable]?.trim() ?? ''
  if (text === '') return null
  if (text.length > maxLength || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(text))
    throw new OperatorError(`${variable} is "${text}"; it must be one line of at most ${maxLength} characters`)
  return text
}

function readUrl(): string | null {
  const text = process.env.SITE_URL?.trim() ?? ''
  if (text === '') return null
  const url = /^https?:\/\/[^/]/i.test(text) ? URL.parse(text) : null
  // Links of pages begin with the slash after the host: Roster cannot be below a path.
  if (url === null || `${url.origin}/` !== url.href)
    throw new OperatorError(
      `SITE_URL is "${text}"; it must be http:// or https:// and a host, with nothing after it, such as https://people.example.com`,
    )
  return url.origin
}
