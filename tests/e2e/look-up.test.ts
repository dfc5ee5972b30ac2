// Over 200 lines: one site serves all that a visitor can do without typing, with and without JavaScript.
import type { Page } from '@playwright/test'
import { expect, PEOPLE, test } from './site-test.ts'

const people = (page: Page) => page.getByRole('table', { name: 'People', exact: true })
function names(page: Page) {
  return page.locator('tbody td:nth-child(2)')
}

test('from the start page to a person and back', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('main')).toContainText(`${PEOPLE} people`)
  await page.getByRole('searchbox', { name: 'Username or email' }).fill("o'brien")
  await page.getByRole('button', { name: 'Search' }).click()

  await expect(page).toHaveURL('/users?q=o%27brien')
  await expect(page).toHaveTitle("People matching “o'brien” · Roster")
  await expect(page.getByRole('searchbox')).toHaveValue("o'brien")
  await expect(names(page)).toHaveText(["Miles O'Brien"])

  await page.getByRole('link', { name: "Miles O'Brien" }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText("Miles O'Brien")
  await expect(page).toHaveTitle("Miles O'Brien · Roster")
  await expect(page.getByRole('link', { name: 'miles@example.org' })).toHaveAttribute('href', 'mailto:miles@example.org')
  await expect(page.getByRole('definition')).toHaveText(['miles@example.org', '42', '5'])

  await page.getByRole('link', { name: "1 person matching “o'brien”" }).click()
  await expect(page).toHaveURL('/users?q=o%27brien')
})

test('from a person to the next, over the pages of their list, and back', async ({ page }) => {
  await page.goto('/users?sort=email&size=25')
  await people(page).getByRole('link').last().click()
  const ways = page.getByRole('navigation', { name: 'People in the list' })
  await expect(ways).toContainText(`25 of ${PEOPLE}`)
  await expect(page.locator('link[rel=next]')).toHaveAttribute('href', /\/user\/profile\/\d+\?sort=email&size=25&page=2$/)
  const name = await page.getByRole('heading', { level: 1 }).innerText()
  await ways.getByRole('link', { name: 'Next: guest-' }).click()
  await expect(ways).toContainText(`26 of ${PEOPLE}`)
  await expect(page.getByRole('link', { name: `All ${PEOPLE} people` })).toHaveAttribute('href', '/users?sort=email&size=25&page=2')
  await ways.getByRole('link', { name: `Previous: ${name}` }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
  await page.getByRole('link', { name: `All ${PEOPLE} people` }).click()
  await expect(page).toHaveURL('/users?sort=email&size=25')
})

test('a person who is not in the list has only the way back to it', async ({ page }) => {
  await page.goto('/user/profile/3?q=example.org&sort=age')
  await expect(page.getByRole('navigation', { name: 'People in the list' })).toHaveCount(0)
  await expect(page.getByRole('link', { name: '3 people matching “example.org”' })).toHaveAttribute('href', '/users?q=example.org&sort=age')
  await page.goto('/user/profile/3')
  await expect(page.locator('[rel=prev], [rel=next]')).toHaveCount(0)
  await expect(page.getByRole('main').getByRole('link', { name: 'All people' })).toHaveAttribute('href', '/users')
})

test('the list shows the columns of the lab', async ({ page }) => {
  await page.goto('/users')
  await expect(page.getByRole('columnheader')).toHaveText([/^ID/, 'Username', 'Email', 'Age'])
  await expect(people(page).getByRole('row').nth(1).getByRole('cell')).toHaveText(['1', 'admin', 'admin@example.com', '42'])
  await expect(people(page).getByRole('row')).toHaveCount(51)
})

test('an unknown age is shown as neither 0 nor empty', async ({ page }) => {
  await page.goto('/users?q=ageless')
  await expect(people(page).getByRole('cell').nth(3)).toHaveText('not given')
  await page.goto('/user/profile/7')
  await expect(page.getByRole('definition').nth(1)).toHaveText('not given')
  await page.goto('/user/profile/8')
  await expect(page.getByRole('definition').nth(1)).toHaveText('0')
})

test('column headers sort and show the sort order', async ({ page }) => {
  await page.goto('/users?q=example.org')
  await page.getByRole('columnheader', { name: 'Age' }).getByRole('link').click()
  await expect(page).toHaveURL('/users?q=example.org&sort=age')
  await expect(page.getByRole('columnheader', { name: 'Age' })).toHaveAttribute('aria-sort', 'ascending')
  await expect(page.getByRole('columnheader', { name: 'ID' })).toHaveAttribute('aria-sort', 'none')
  await expect(names(page)).toHaveText(['Ελένη', "Miles O'Brien", 'Grace'])

  await page.getByRole('columnheader', { name: 'Age' }).getByRole('link').click()
  await expect(page).toHaveURL('/users?q=example.org&sort=age&dir=desc')
  await expect(page.getByRole('columnheader', { name: 'Age' })).toHaveAttribute('aria-sort', 'descending')
  await expect(names(page)).toHaveText(['Grace', "Miles O'Brien", 'Ελένη'])
})

test('a new search keeps the order', async ({ page }) => {
  await page.goto('/users?sort=username&dir=desc&page=2')
  await page.getByRole('searchbox').fill('example.org')
  await page.getByRole('searchbox').press('Enter')
  await expect(page).toHaveURL('/users?q=example.org&sort=username&dir=desc')
})

test('pages lead through all people', async ({ page }) => {
  await page.goto('/users')
  const pages = page.getByRole('navigation', { name: 'Pages' })
  await expect(pages.getByRole('link')).toHaveText(['1', '2', '3', '4', '5', 'Next', 'Last'])
  await pages.getByRole('link', { name: 'Next' }).click()
  await expect(page).toHaveURL('/users?page=2')
  await expect(pages.getByRole('link', { name: 'Page 2' })).toHaveAttribute('aria-current', 'page')
  await expect(page.locator('head link[rel=prev]')).toHaveAttribute('href', '/users')
  await expect(page.locator('head link[rel=next]')).toHaveAttribute('href', '/users?page=3')
  await expect(names(page).first()).toHaveText('guest-0051')
  await pages.getByRole('link', { name: 'Last' }).click()
  await expect(names(page).last()).toHaveText('guest-0300')
  await expect(pages.getByRole('link')).toHaveText(['First', 'Previous', '2', '3', '4', '5', '6'])
  await pages.getByRole('link', { name: 'Previous' }).click()
  await expect(page).toHaveURL('/users?page=5')
})

test('any page can be reached by its number, and pages have three sizes', async ({ page }) => {
  await page.goto('/users?sort=username&size=25')
  await page.getByRole('spinbutton', { name: 'Page' }).fill('9')
  await page.getByRole('button', { name: 'Go' }).click()
  await expect(page).toHaveURL('/users?sort=username&size=25&page=9')
  await expect(people(page).getByRole('row')).toHaveCount(26)
  await page.getByRole('navigation', { name: 'People per page' }).getByRole('link', { name: '100' }).click()
  await expect(page).toHaveURL('/users?sort=username&size=100')
  await expect(people(page).getByRole('row')).toHaveCount(101)
})

test('matches are marked, the best comes first, and a chosen order can be removed', async ({ page }) => {
  await page.goto('/users?q=ADA')
  await expect(names(page)).toHaveText(['ada'])
  await expect(page.locator('tbody mark')).toHaveText(['ada', 'ada'])
  await page.goto('/users?q=example+guest-00&size=25')
  await expect(people(page).getByRole('row').nth(1).locator('mark')).toHaveText(['guest-00', 'guest-00', 'example'])
  await expect(page.locator('th[aria-sort=ascending], th[aria-sort=descending]')).toHaveCount(0)
  await expect(page.getByRole('link', { name: 'by relevance' })).toHaveCount(0)
  await page.getByRole('columnheader', { name: 'ID' }).getByRole('link').click()
  await expect(page).toHaveURL('/users?q=example+guest-00&sort=id&size=25')
  await expect(page.getByRole('columnheader', { name: 'ID' })).toHaveAttribute('aria-sort', 'ascending')
  await page.getByRole('link', { name: 'by relevance' }).click()
  await expect(page).toHaveURL('/users?q=example+guest-00&size=25')
})

test('a short word matches only the start of a name or a part of it, and the page explains that', async ({ page }) => {
  await page.goto('/users?q=ad')
  expect((await names(page).allInnerTexts()).sort()).toEqual(['ada', 'admin'])
  await page.goto(`/users?q=${encodeURIComponent("o'")}`)
  await expect(names(page)).toHaveText(["Miles O'Brien"])
  await expect(page.locator('tbody mark')).toHaveText(["O'"])
  await page.goto('/users?q=ad')
  await expect(page.getByRole('main')).toContainText('“ad” is short, so it only matches the start of a name, name part or email.')
})

test('ages narrow the list, by numbers, by bars, and back', async ({ page }) => {
  await page.goto('/users?q=example')
  const summary = page.getByText('Age', { exact: true }).first()
  if (test.info().project.name === 'phone') await summary.click()
  await page.getByRole('spinbutton', { name: 'from' }).fill('33')
  await page.getByRole('spinbutton', { name: 'to' }).fill('36')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect(page).toHaveURL('/users?q=example&age_min=33&age_max=36')
  await expect(page.getByRole('status')).toHaveText('23 people match')

  const ages = page.getByRole('table', { name: 'People by age' })
  await expect(ages.getByRole('row')).toHaveCount(4)
  await expect(ages.getByRole('rowheader')).toHaveText(['33', '34', '35', '36'])
  await page.getByRole('link', { name: '36: 6 people' }).click()
  await expect(page).toHaveURL('/users?q=example&age_min=36&age_max=36')
  await expect(page.getByRole('link', { name: 'Remove Age 36' })).toHaveAttribute('href', '/users?q=example')
  await page.goBack()
  await expect(page).toHaveURL('/users?q=example&age_min=33&age_max=36')
  await page.getByRole('link', { name: 'Remove Age 33 to 36' }).click()
  await expect(page).toHaveURL('/users?q=example')

  if (test.info().project.name === 'phone') await summary.click()
  await page.getByRole('link', { name: 'Not given: 1 person' }).click()
  await expect(page).toHaveURL('/users?q=example&age=unknown')
  await expect(names(page)).toHaveText(['ageless'])
  await page.getByRole('link', { name: 'Remove “example”' }).click()
  await page.getByRole('link', { name: 'Remove Age not given' }).click()
  await expect(page).toHaveURL('/users')
})

test('an empty result and a page beyond the end explain what to do', async ({ page }) => {
  await page.goto('/users?q=ada+nobody-at-all&age_min=30')
  await expect(page.getByRole('status')).toHaveText('No one matches')
  await expect(page.getByRole('main')).toContainText('No one aged 30 or more has “ada nobody-at-all” in their username or email.')
  await expect(page.getByRole('link', { name: 'At any age' })).toHaveAttribute('href', '/users?q=ada+nobody-at-all')
  await expect(page.getByRole('link', { name: 'Browse all people' })).toHaveAttribute('href', '/users')
  await page.getByRole('link', { name: 'Without “nobody-at-all”' }).click()
  await expect(page).toHaveURL('/users?q=ada&age_min=30')
  await expect(names(page)).toHaveText(['ada'])

  expect((await page.goto('/users?q=guest&page=99'))?.status()).toBe(404)
  await page.getByRole('link', { name: 'page 6' }).click()
  await expect(page).toHaveURL('/users?q=guest&page=6')
})

test('parameters that are ignored are named, and an address has one spelling', async ({ page }) => {
  await page.goto('/users?size=0&age_min=40&age_max=39&q=ada')
  await expect(page.getByRole('note')).toHaveText('Ignored: size (must be 25, 50 or 100), the range of ages (age_min is above age_max).')
  await expect(names(page)).toHaveText(['ada'])
  await page.goto('/users?age_max=&page=1&q=ada&sort=')
  await expect(page).toHaveURL('/users?q=ada')
  await expect(page.getByRole('note')).toHaveCount(0)
})

test('an unknown person is a 404 that offers a search', async ({ page }) => {
  expect((await page.goto('/user/profile/999'))?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Person not found')
  await page.getByRole('searchbox').fill('ada')
  await page.getByRole('button', { name: 'Search' }).click()
  await expect(names(page).first()).toHaveText('ada')
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

test("a page from the browser's cache still runs its scripts", async ({ page, site }) => {
  test.skip(test.info().project.name === 'no-javascript', 'there are none')
  await page.goto('/users?sort=username')
  const tag = await (await fetch(`${site.address}/users?sort=username`, { method: 'HEAD' })).headers.get('etag')
  await page.goto('/')
  const answer = page.waitForResponse(/sort=username/)
  await page.goto('/users?sort=username')
  expect((await (await answer).request().allHeaders())['if-none-match']).toBe(tag)
  await page.getByRole('searchbox').fill('grace')
  await expect(page).toHaveURL('/users?q=grace&sort=username')
  await expect(names(page)).toHaveText(['Grace'])
})

test('a database fault is shown as a fault, and disappears with its cause', async ({ page, site }) => {
  site.sql.exec('ALTER TABLE "User" RENAME TO "Away"')
  try {
    expect((await page.goto('/users'))?.status()).toBe(503)
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong on our side')
    await expect(people(page)).toHaveCount(0)
  } finally {
    site.sql.exec('ALTER TABLE "Away" RENAME TO "User"')
  }
  await page.reload()
  await expect(people(page)).toBeVisible()
})
