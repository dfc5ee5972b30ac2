import { expect, PEOPLE, test } from './site-test.ts'

test('the start page counts people and ages as the database does', async ({ page, site }) => {
  const { known, unknown } = {
    known: 0,
    unknown: 0,
    ...site.sql.prepare('SELECT count("age") AS "known", count(*) - count("age") AS "unknown" FROM "User"').get(),
  }
  await page.goto('/')
  const facts = page.getByRole('region', { name: 'Ages' })
  await expect(facts.getByRole('definition').nth(1)).toHaveText(String(known))
  await expect(facts.getByRole('definition').nth(2)).toHaveText(String(unknown))
  await expect(page.getByRole('main')).toContainText(`Search ${PEOPLE} people`)
})

test('each bar of the start page leads to as many people as it counts', async ({ page, request }) => {
  await page.goto('/')
  const bars = await page
    .getByRole('table', { name: 'People by age' })
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => ({ href: link.getAttribute('href') ?? '', label: link.getAttribute('aria-label') ?? '' })))
  expect(bars.length).toBeGreaterThan(5)
  for (const { href, label } of bars) {
    const [, count] = label.split(': ')
    expect(await (await request.get(href)).text()).toMatch(new RegExp(`>${count} match(es)?</p>`))
  }
})

test('the bars stand on their line, as high as they have people', async ({ page }) => {
  await page.goto('/')
  const bars = await page
    .getByRole('table', { name: 'People by age' })
    .getByRole('cell')
    .evaluateAll((cells) =>
      cells.map((cell) => {
        const [place, bar] = [cell.getBoundingClientRect(), cell.querySelector('svg')?.getBoundingClientRect()]
        const people =
          cell
            .querySelector('a')
            ?.getAttribute('aria-label')
            ?.match(/: ([\d,]+)/)?.[1] ?? '0'
        return { people: Number(people), height: (bar?.height ?? 0) / place.height, gap: place.bottom - (bar?.bottom ?? 0) }
      }),
    )
  const most = Math.max(...bars.map(({ people }) => people))
  expect(most).toBeGreaterThan(1)
  for (const { people, height, gap } of bars) {
    expect(Math.abs(height - people / most)).toBeLessThan(0.03)
    expect(gap).toBeLessThan(2)
  }
})

test('the start page leads to the newest people and to their list', async ({ page }) => {
  await page.goto('/')
  const newest = page.getByRole('region', { name: 'Newest people' })
  await expect(newest.getByRole('listitem')).toHaveCount(8)
  await newest.getByRole('link', { name: `guest-0${PEOPLE}` }).click()
  await expect(page).toHaveURL(`/user/profile/${PEOPLE}?dir=desc`)
  await page.goBack()
  await newest.getByRole('link', { name: 'Show all people, newest first' }).click()
  await expect(page).toHaveURL('/users?dir=desc')
  await expect(page.locator('tbody td:nth-child(2)').first()).toHaveText(`guest-0${PEOPLE}`)
})
