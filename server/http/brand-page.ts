import { escapeMarkup } from '../../app/_site/escape-markup.ts'
import { DEFAULT_SITE, type Site } from '../../app/_site/site.ts'

// As in app/globals.css.
const ACCENT = { light: '#8a3b12', dark: '#f0a577' }

type Brand = Pick<Site, 'name' | 'accent' | 'notice' | 'links'>

/** The page `html`, which is written with Roster's own name and colour, with those of the site, its notice and its links. */
export function brandPage(html: string, { name, accent, notice, links }: Brand): string {
  const { light, dark } = accent ?? ACCENT
  const paragraphs = [
    notice === null ? '' : escapeMarkup(notice),
    links.map(({ text, href }) => `<a href="${escapeMarkup(href)}">${escapeMarkup(text)}</a>`).join(' '),
  ].filter((content) => content !== '')
  return html
    .replaceAll(ACCENT.light, light)
    .replaceAll(ACCENT.dark, dark)
    .replaceAll(DEFAULT_SITE.name, () => escapeMarkup(name))
    .replace('</main>', () => `${paragraphs.map((content) => `  <p>${content}</p>\n    `).join('')}</main>`)
}
