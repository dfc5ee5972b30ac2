import { escapeMarkup } from '../../app/_site/escape-markup.ts'
import { DEFAULT_SITE, type Site } from '../../app/_site/site.ts'

// As in app/globals.css.
const ACCENT = { light: '#8a3b12', dark: '#f0a577' }

/** The page `html`, which is written with Roster's own name and colour, with those of `site`. */
export function brandPage(html: string, { name, accent }: Pick<Site, 'name' | 'accent'>): string {
  const { light, dark } = accent ?? ACCENT
  return html
    .replaceAll(ACCENT.light, light)
    .replaceAll(ACCENT.dark, dark)
    .replaceAll(DEFAULT_SITE.name, () => escapeMarkup(name))
}
