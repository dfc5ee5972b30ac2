import type { Site } from './site.ts'

/** The style sheet that puts the site's own colour in the place of the one of globals.css; null when it has none. Paper stays black. */
export function accentStyle({ accent }: Pick<Site, 'accent'>): string | null {
  if (accent === null) return null
  const rule = (color: string) => `{html:root{--color-accent:${color}}}`
  return `@media screen${rule(accent.light)}@media screen and (prefers-color-scheme:dark)${rule(accent.dark)}`
}
