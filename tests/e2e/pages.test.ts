import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { ROOT } from '../../server/paths.ts'
import { addPeople } from '../fixtures/named-people.ts'
import { withSite } from '../fixtures/with-site.ts'
import { listOverflows } from './list-overflows.ts'
import { expect, test } from './site-test.ts'

const PATHS = [
  '/',
  '/users',
  '/users?q=nobody-at-all',
  '/users?q=gu+example&age_min=20&age_max=59&sort=age&dir=desc&size=25&page=3',
  '/users?q=ada&age_min=40&age_max=39&size=7',
  '/users?page=99',
  '/user/profile/1',
  '/user/profile/7?q=example&sort=age&page=6',
  '/user/profile/12?page=1',
  '/user/profile/999',
  '/nowhere',
]

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

async function listViolations(axe: AxeBuilder) {
  const { violations, passes } = await axe.analyze()
  expect(passes).not.toHaveLength(0)
  return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
}

/** Expects that everybody can use `page` as it stands: in both colour schemes, on a narrow screen, with large text. */
async function expectOpenToEveryone(page: Page): Promise<void> {
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
  await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1)
  await expect(page.getByRole('main')).toHaveCount(1)
  await page.emulateMedia({ colorScheme: 'light' })
  expect(await listViolations(new AxeBuilder({ page }).withTags(WCAG))).toEqual([])
  // Only colours differ in the dark.
  await page.emulateMedia({ colorScheme: 'dark' })
  expect(await listViolations(new AxeBuilder({ page }).withRules('color-contrast'))).toEqual([])
  expect(await listOverflows(page), 'no sideways scrolling').toEqual([])
}

for (const path of PATHS) {
  test(`${path} is a whole document, open to everyone`, async ({ page }) => {
    await page.goto(path)
    await expect(page).toHaveTitle(/Roster$/)
    await expect(page.getByRole('banner')).toHaveCount(1)
    expect(await page.locator('meta[name=description]').getAttribute('content')).toMatch(/.{20}/)
    await expectOpenToEveryone(page)
  })
}

test('a profile with its QR code is open to everyone', async ({ page }) => {
  await page.goto('/user/profile/5')
  await page.getByText('QR code for a phone').click()
  await expectOpenToEveryone(page)
})

test('a list that has changed is open to everyone', async ({ page, site }) => {
  await page.goto('/users?dir=desc&size=25')
  addPeople(site.sql, [{ id: 8001, username: 'newcomer', email: 'newcomer@example.com', age: 30 }])
  try {
    await expect(page.getByRole('button', { name: 'Show' })).toBeVisible()
    await expectOpenToEveryone(page)
  } finally {
    site.sql.exec('DELETE FROM "User" WHERE "id" = 8001')
  }
})

test('an empty directory is open to everyone', async ({ context }) => {
  await withSite(
    async ({ address }) => {
      const page = await context.newPage()
      for (const path of ['/', '/users']) {
        await page.goto(address + path)
        await expectOpenToEveryone(page)
      }
    },
    { people: [] },
  )
})

test('fault pages are open to everyone', async ({ page, site }) => {
  site.sql.exec('ALTER TABLE "User" RENAME TO "Away"')
  try {
    expect((await page.goto('/users'))?.status()).toBe(503)
    await expectOpenToEveryone(page)
  } finally {
    site.sql.exec('ALTER TABLE "Away" RENAME TO "User"')
  }
  // Without the policy of the page before.
  await page.goto('about:blank')
  for (const status of [401, 403, 503]) {
    await page.setContent(readFileSync(join(ROOT, `deploy/errors/${status}.html`), 'utf8'))
    await expectOpenToEveryone(page)
  }
})

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
