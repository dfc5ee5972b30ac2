import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { type Site, withSite } from '../fixtures/with-site.ts'
import { expect, test as siteTest } from './site-test.ts'

const NAME = 'Acme & Söhne'
// Too light to be read on white: each scheme has another shade.
const ACCENT = { light: 'rgb(140, 111, 0)', dark: 'rgb(255, 204, 0)' }

const test = siteTest.extend<object, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright finds out what a fixture needs by its pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'roster-test-'))
      const logo = join(folder, 'logo.svg')
      const picture = '<style>path { fill: #8c6f00 }</style><path d="M0 0h60v20h-60z"/>'
      writeFileSync(logo, `<svg xmlns="http://www.w3.org/2000/svg" width="60" height="20">${picture}</svg>`)
      const links = 'Imprint=/imprint; Privacy=https://example.com/privacy'
      const env = { SITE_NAME: NAME, SITE_ACCENT: '#ffcc00', SITE_LOGO: logo, SITE_LINKS: links, SITE_NOTICE: 'Only for <members>' }
      await withSite(use, { env })
      rmSync(folder, { recursive: true })
    },
    { scope: 'worker' },
  ],
})

for (const path of ['/', '/users?q=ada', '/user/profile/3', '/nowhere']) {
  test(`${path} has the name, the logo, the links and the notice, and can be read in the colour`, async ({ page }) => {
    await page.goto(path)
    await expect(page).toHaveTitle(new RegExp(`${NAME}$`))
    await expect(page.getByRole('banner').getByRole('link', { name: NAME })).toBeVisible()
    await expect(page.getByRole('banner')).toContainText('Only for <members>')
    await expect(page.getByRole('contentinfo').getByRole('link', { name: 'Imprint' })).toHaveAttribute('href', '/imprint')
    await expect(page.getByRole('contentinfo').getByRole('link', { name: 'Privacy' })).toHaveAttribute(
      'href',
      'https://example.com/privacy',
    )
    const width = await page
      .getByRole('banner')
      .locator('img')
      .evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth)
    expect(width).toBe(60)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await expect(page.locator('.skip-link')).toHaveCSS('background-color', ACCENT[scheme])
      const { violations, passes } = await new AxeBuilder({ page }).withRules('color-contrast').analyze()
      expect(passes).not.toHaveLength(0)
      expect(violations.flatMap(({ nodes }) => nodes.map(({ html }) => html))).toEqual([])
    }
    await page.emulateMedia({ media: 'print' })
    await expect(page.locator('.skip-link')).toHaveCSS('background-color', 'rgb(0, 0, 0)')
  })
}
