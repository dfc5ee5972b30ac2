/** The operator's logo, as it is served. */
export type Logo = {
  href: string
  contentType: 'image/svg+xml; charset=utf-8' | 'image/png'
  /** As in an icon's `sizes`. */
  sizes: string
  bytes: Uint8Array
}

// As for the site (site.ts). Workers do not read the file: it may have changed since the master checked it.
const LOGO_VARIABLE = 'ROSTER_LOGO'

/** The logo of this installation; null for Roster's own. */
export function readLogo(): Logo | null {
  const text = process.env[LOGO_VARIABLE]
  if (text === undefined) return null
  const { base64, ...logo } = JSON.parse(text)
  return { ...logo, bytes: Buffer.from(base64, 'base64') }
}

/** Makes `logo` what readLogo returns, in this process and those that it starts. */
export function setLogo({ bytes, ...logo }: Logo): void {
  process.env[LOGO_VARIABLE] = JSON.stringify({ ...logo, base64: Buffer.from(bytes).toString('base64') })
}
