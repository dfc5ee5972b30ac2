import { readFileSync } from 'node:fs'
import { expect, test } from './site-test.ts'

test('the whole list is a file away', async ({ page }) => {
  await page.goto('/users?q=example.org&sort=age&size=25')
  const links = page.getByRole('navigation', { name: 'This list as data' }).getByRole('link')
  await expect(links).toHaveText(['CSV', 'Excel', 'JSON', 'vCard'])
  const download = page.waitForEvent('download')
  await links.first().click()
  const file = await download
  expect(file.suggestedFilename()).toBe('users-example.org-by-age.csv')
  expect(
    readFileSync(await file.path(), 'utf8')
      .split('\r\n')
      .slice(0, 3),
  ).toEqual(['id,username,email,age', '6,Ελένη,eleni@example.org,33', "5,Miles O'Brien,miles@example.org,42"])
  await expect(page.locator('link[rel=alternate][type="text/csv"]')).toHaveAttribute('href', /\/users\.csv\?q=example\.org&sort=age$/)
})

test('a list of nobody has no file', async ({ page }) => {
  await page.goto('/users?q=nobody-at-all')
  await expect(page.getByRole('navigation', { name: 'This list as data' })).toHaveCount(0)
})

test('a profile has a vCard, and a QR code on demand', async ({ page }) => {
  await page.goto('/user/profile/5')
  await expect(page.getByRole('link', { name: 'JSON' })).toHaveAttribute('href', '/user/profile/5.json')
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: 'Add to contacts' }).click()
  expect((await download).suggestedFilename()).toBe('user-5-Miles-O-Brien.vcf')

  const code = page.getByRole('img', { name: "QR code with the contact data of Miles O'Brien" })
  await expect(code).toBeHidden()
  await page.getByText('QR code for a phone').click()
  await expect(code).toBeVisible()
  // A square with its quiet zone, and nothing cut off.
  const box = await code.boundingBox()
  expect(box?.width).toBe(box?.height)
})

test('an email is copied where the browser can', async ({ page, context }) => {
  await page.goto('/user/profile/5')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.getByRole('button', { name: 'Copy email' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'Copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('miles@example.org')
})

test.describe('without a script', () => {
  test.use({ javaScriptEnabled: false })

  test('there is a QR code, and nothing that does nothing', async ({ page }) => {
    await page.goto('/user/profile/5')
    await expect(page.getByRole('button', { name: 'Copy email' })).toHaveCount(0)
    await page.getByText('QR code for a phone').click()
    await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
  })
})
