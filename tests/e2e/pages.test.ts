import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './site-test.ts'

const PATHS = [
  '/',
  '/users',
  '/users?q=nobody-at-all',
  '/users?q=gu+example&age_min=20&age_max=59&sort=age&dir=desc&size=25&page=3',
  '/users?q=ada&age_min=40&age_max=39&size=7',
  '/users?page=99',
  '/user/profile/1',
  '/user/profile/7',
  '/user/profile/999',
  '/nowhere',
]

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

async function listViolations(axe: AxeBuilder) {
  const { violations, passes } = await axe.analyze()
  expect(passes).not.toHaveLength(0)
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
}

for (const path of PATHS) {
  test(`${path} is a whole document, open to everyone`, async ({ page }) => {
    await page.goto(path)
    await expect(page).toHaveTitle(/Roster$/)
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
    for (const landmark of ['banner', 'main'] as const) await expect(page.getByRole(landmark)).toHaveCount(1)
    expect(await page.locator('meta[name=description]').getAttribute('content')).toMatch(/.{20}/)

    await page.emulateMedia({ colorScheme: 'light' })
    expect(await listViolations(new AxeBuilder({ page }).withTags(WCAG))).toEqual([])
    // Only colours differ in the dark.
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await listViolations(new AxeBuilder({ page }).withRules('color-contrast'))).toEqual([])

    await page.setViewportSize({ width: 320, height: 640 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth), 'no sideways scrolling').toBe(320)
  })
}

test('the skip link is the first stop and leads to the content', async ({ page }) => {
  await page.goto('/users')
  await page.keyboard.press('Tab')
  const skip = page.getByRole('link', { name: 'Skip to content' })
  await expect(skip).toBeFocused()
  await expect(skip).toBeInViewport()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/#content$/)
})

test('focus can be seen', async ({ page }) => {
  await page.goto('/users')
  await page.getByRole('searchbox').focus()
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Search' })).toHaveCSS('outline-style', 'solid')
})

test('icons and manifest are there', async ({ page, request }) => {
  await page.goto('/')
  const hrefs = await page
    .locator('link[rel~=icon], link[rel=apple-touch-icon], link[rel=manifest]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  expect(hrefs).toHaveLength(4)
  const manifest: { icons: { src: string }[] } = await (await request.get('/manifest.webmanifest')).json()
  expect(manifest.icons).not.toHaveLength(0)
  for (const href of [...hrefs, ...manifest.icons.map(({ src }) => src)]) expect((await request.get(href)).status()).toBe(200)
})
