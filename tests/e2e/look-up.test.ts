import type { Page } from '@playwright/test'
import { expect, PEOPLE, test } from './site-test.ts'

function names(page: Page) {
  return page.locator('tbody td:nth-child(2)').allInnerTexts()
}

test('from the start page to a person and back', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('main')).toContainText(`${PEOPLE} people`)
  await page.getByRole('searchbox', { name: 'Username or e-mail' }).fill("o'brien")
  await page.getByRole('button', { name: 'Search' }).click()

  await expect(page).toHaveURL('/users?q=o%27brien')
  await expect(page).toHaveTitle("People matching “o'brien” · Roster")
  await expect(page.getByRole('searchbox')).toHaveValue("o'brien")
  expect(await names(page)).toEqual(["Miles O'Brien"])

  await page.getByRole('link', { name: "Miles O'Brien" }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText("Miles O'Brien")
  await expect(page).toHaveTitle("Miles O'Brien · Roster")
  await expect(page.getByRole('link', { name: 'miles@example.org' })).toHaveAttribute('href', 'mailto:miles@example.org')
  await expect(page.getByRole('definition')).toHaveText(['miles@example.org', '42', '5'])
  await expect(page.locator('link[rel=canonical]')).toHaveAttribute('href', /\/user\/profile\/5$/)

  await page.getByRole('link', { name: 'Back to the list' }).click()
  await expect(page).toHaveURL('/users?q=o%27brien')
})

test('the list shows the columns of the lab', async ({ page }) => {
  await page.goto('/users')
  await expect(page.getByRole('columnheader')).toHaveText([/^ID/, 'Username', 'Email', 'Age'])
  await expect(page.getByRole('row').nth(1).getByRole('cell')).toHaveText(['1', 'admin', 'admin@example.com', '42'])
  await expect(page.getByRole('row')).toHaveCount(51)
})

test('an age that is not known is neither 0 nor empty', async ({ page }) => {
  await page.goto('/users?q=ageless')
  await expect(page.getByRole('cell').nth(3)).toHaveText('not given')
  await page.goto('/user/profile/7')
  await expect(page.getByRole('definition').nth(1)).toHaveText('not given')
  await page.goto('/user/profile/8')
  await expect(page.getByRole('definition').nth(1)).toHaveText('0')
})

test('column headers sort, and say so', async ({ page }) => {
  await page.goto('/users?q=example.org')
  await page.getByRole('columnheader', { name: 'Age' }).getByRole('link').click()
  await expect(page).toHaveURL('/users?q=example.org&sort=age')
  await expect(page.getByRole('columnheader', { name: 'Age' })).toHaveAttribute('aria-sort', 'ascending')
  await expect(page.getByRole('columnheader', { name: 'ID' })).toHaveAttribute('aria-sort', 'none')
  expect(await names(page)).toEqual(['Ελένη', "Miles O'Brien", 'Grace'])

  await page.getByRole('columnheader', { name: 'Age' }).getByRole('link').click()
  await expect(page).toHaveURL('/users?q=example.org&sort=age&dir=desc')
  await expect(page.getByRole('columnheader', { name: 'Age' })).toHaveAttribute('aria-sort', 'descending')
  expect(await names(page)).toEqual(['Grace', "Miles O'Brien", 'Ελένη'])
})

test('a new search keeps the order', async ({ page }) => {
  await page.goto('/users?sort=username&dir=desc&page=2')
  await page.getByRole('searchbox').fill('example.org')
  await page.getByRole('searchbox').press('Enter')
  await expect(page).toHaveURL('/users?q=example.org&sort=username&dir=desc')
})

test('pages lead through everybody', async ({ page }) => {
  await page.goto('/users')
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await expect(pages.getByRole('link')).toHaveText(['1', '2', '6', 'Next'])
  await pages.getByRole('link', { name: 'Next' }).click()
  await expect(page).toHaveURL('/users?page=2')
  await expect(pages.getByRole('link', { name: 'Page 2' })).toHaveAttribute('aria-current', 'page')
  expect((await names(page))[0]).toBe('guest-0051')
  await pages.getByRole('link', { name: 'Page 6' }).click()
  expect((await names(page)).at(-1)).toBe('guest-0300')
  await expect(pages.getByRole('link', { name: 'Next' })).toHaveCount(0)
  await pages.getByRole('link', { name: 'Previous' }).click()
  await expect(page).toHaveURL('/users?page=5')
})

test('nothing found and a page too far say what to do', async ({ page }) => {
  await page.goto('/users?q=nobody-at-all')
  await expect(page.getByRole('main')).toContainText('nobody with “nobody-at-all”')
  await page.getByRole('main').getByRole('link', { name: 'all people' }).click()
  await expect(page).toHaveURL('/users')

  expect((await page.goto('/users?q=guest&page=99'))?.status()).toBe(404)
  await page.getByRole('link', { name: 'page 6' }).click()
  await expect(page).toHaveURL('/users?q=guest&page=6')
})

test('an unknown person is a 404 that offers a search', async ({ page }) => {
  expect((await page.goto('/user/profile/999'))?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('There is no such person')
  await page.getByRole('searchbox').fill('ada')
  await page.getByRole('button', { name: 'Search' }).click()
  expect(await names(page)).toContain('ada')
})

test('markup in a name is a name', async ({ page }) => {
  await page.goto('/user/profile/9')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('<b>bold</b>')
})

test('a change by plain SQL shows at the next reload', async ({ page, site }) => {
  const id = 11 + test.info().parallelIndex
  await page.goto(`/user/profile/${id}`)
  site.sql.prepare('UPDATE "User" SET "age" = 111 WHERE "id" = ?').run(id)
  await page.reload()
  await expect(page.getByRole('definition').nth(1)).toHaveText('111')
})

test('a database fault says so, and goes away with its cause', async ({ page, site }) => {
  site.sql.exec('ALTER TABLE "User" RENAME TO "Away"')
  try {
    expect((await page.goto('/users'))?.status()).toBe(500)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something is wrong on our side')
    await expect(page.getByRole('table')).toHaveCount(0)
  } finally {
    site.sql.exec('ALTER TABLE "Away" RENAME TO "User"')
  }
  await page.reload()
  await expect(page.getByRole('table')).toBeVisible()
})
