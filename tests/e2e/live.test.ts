import type { Page, Request } from '@playwright/test'
import { addPeople, listGuests, NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { expect, PEOPLE, test } from './site-test.ts'

declare global {
  interface Window {
    /** Gone when the document is loaded again. */
    isSameDocument?: true
    /** What screen readers announce. */
    announcements?: string[]
    /** Between polls, in milliseconds. */
    pauses?: number[]
  }
}

const notice = (page: Page) => page.locator('.live-notice')
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text })

test.afterEach(({ site }) => {
  site.sql.exec('DELETE FROM "User"')
  addPeople(site.sql, [...NAMED_PEOPLE, ...listGuests(11, PEOPLE - 10)])
})

/** Opens `path` and waits until it asks for changes: the returned requests, and those that follow. */
async function open(page: Page, path: string): Promise<Request[]> {
  const polls: Request[] = []
  page.on('request', (request) => {
    if (request.method() === 'HEAD') polls.push(request)
  })
  await page.goto(path)
  await page.evaluate(() => {
    window.isSameDocument = true
    const announcements: string[] = []
    window.announcements = announcements
    const observer = new MutationObserver((changes) => {
      const regions = new Set(changes.map(({ target }) => (target.nodeType === 3 ? target.parentElement : target)))
      for (const region of regions) if (region instanceof HTMLElement && region.textContent !== '') announcements.push(region.textContent)
    })
    for (const region of document.querySelectorAll('[aria-live], [role=status]')) {
      observer.observe(region, { childList: true, characterData: true, subtree: true })
    }
  })
  await expect.poll(() => polls.length).toBeGreaterThan(0)
  return polls
}

const isSameDocument = (page: Page) => page.evaluate(() => window.isSameDocument ?? false)
const announcements = (page: Page) => page.evaluate(() => window.announcements)

/** Fails unless the page goes on to ask for changes, and for nothing else. */
async function expectQuiet(page: Page, polls: Request[]): Promise<void> {
  const others: string[] = []
  page.on('request', (request) => {
    if (request.method() !== 'HEAD') others.push(request.url())
  })
  const count = polls.length
  await expect.poll(() => polls.length).toBeGreaterThan(count + 1)
  expect((await polls[count]?.response())?.status()).toBe(304)
  expect(others).toEqual([])
}

test('a changed profile shows in place, and screen readers hear one sentence', async ({ page, site }) => {
  const polls = await open(page, '/user/profile/3')
  const email = page.getByRole('link', { name: 'ada@example.com' })
  await email.focus()
  await email.selectText()
  site.sql.exec(`UPDATE "User" SET "age" = 37, "username" = 'Countess' WHERE "id" = 3`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Countess')
  await expect(page.getByRole('definition').filter({ hasText: /^37$/ })).toBeVisible()
  await expect(page).toHaveTitle(/^Countess/)
  await expect(email).toBeFocused()
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('ada@example.com')
  await expectQuiet(page, polls)
  expect(await announcements(page)).toEqual(['This profile was updated.'])
  expect(await isSameDocument(page)).toBe(true)
})

test('a list of the same people shows changes in place and keeps what is typed', async ({ page, site }) => {
  const polls = await open(page, '/users?sort=username&size=25')
  // The ages are folded away on a phone.
  await page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
  })
  const age = page.getByRole('spinbutton', { name: 'From' })
  await row(page, 'ada@example.com').scrollIntoViewIfNeeded()
  await age.focus()
  await age.fill('4')
  const scrolled = await page.evaluate(() => scrollY)
  site.sql.exec(`UPDATE "User" SET "email" = 'countess@example.com' WHERE "id" = 3`)
  await expect(row(page, 'countess@example.com')).toContainText('ada')
  await expect(age).toHaveValue('4')
  await expect(age).toBeFocused()
  expect(await page.evaluate(() => scrollY)).toBe(scrolled)
  await expectQuiet(page, polls)
  await expect(notice(page)).toHaveCount(0)
  expect(await announcements(page)).toEqual(['The list was updated.'])
  expect(await isSameDocument(page)).toBe(true)
})

test('a new number of people is the only sentence', async ({ page, site }) => {
  const polls = await open(page, '/users?sort=username')
  site.sql.exec('DELETE FROM "User" WHERE "id" = 299')
  await expect(page.getByRole('status')).toHaveText('299 people in all')
  await expectQuiet(page, polls)
  expect(await announcements(page)).toEqual(['299 people in all'])
})

test('a list with other people offers to show them and moves no row', async ({ page, site }) => {
  await open(page, '/users?sort=username')
  const names = page.locator('tbody a')
  const second = names.nth(30)
  await second.scrollIntoViewIfNeeded()
  const name = await second.textContent()
  const place = await second.boundingBox()
  site.sql.exec(`INSERT INTO "User" ("id", "username", "email", "age") VALUES (900, 'Aaron', 'aaron@example.com', 50)`)
  await expect(notice(page)).toHaveText(/^The list has changed\.\s*Show$/)
  await expect(notice(page)).toBeInViewport()
  expect(await second.textContent()).toBe(name)
  expect(await second.boundingBox()).toEqual(place)
  expect(await announcements(page)).toEqual(['The list has changed.'])

  await notice(page).getByRole('button', { name: 'Show' }).click()
  await expect(row(page, 'aaron@example.com')).toBeAttached()
  await expect(notice(page)).toHaveCount(0)
  await expect(page.getByRole('main')).toBeFocused()
  expect(await isSameDocument(page)).toBe(true)
})

test('an offer is withdrawn when the list is again as it is shown', async ({ page, site }) => {
  await open(page, '/users?sort=username')
  site.sql.exec(`UPDATE "User" SET "username" = 'zoe' WHERE "id" = 3`)
  await expect(notice(page)).toBeVisible()
  site.sql.exec(`UPDATE "User" SET "username" = 'ada' WHERE "id" = 3`)
  await expect(notice(page)).toHaveCount(0)
})

test('the profile of a person who is removed disappears, and comes back with the person', async ({ page, site }) => {
  await open(page, '/user/profile/3')
  site.sql.exec('DELETE FROM "User" WHERE "id" = 3')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Person not found')
  await expect.poll(() => announcements(page)).toEqual(['This person is no longer in the directory.'])
  await page.getByRole('searchbox').fill('ada lov')
  addPeople(site.sql, [{ id: 3, username: 'ada', email: 'ada@example.com', age: 36 }])
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('ada')
  expect(await isSameDocument(page)).toBe(true)
})

test('the start page counts people in place and keeps a half-typed search', async ({ page, site }) => {
  await open(page, '/')
  const field = page.getByRole('searchbox')
  await field.pressSequentially('gra')
  await field.press('ArrowLeft')
  site.sql.exec('DELETE FROM "User" WHERE "id" = 1')
  await expect(page.getByRole('main')).toContainText('299')
  await field.press('y')
  await expect(field).toHaveValue('grya')

  // The newest people are rows as well.
  addPeople(site.sql, [{ id: 900, username: 'Aaron', email: 'aaron@example.com', age: 50 }])
  await expect(notice(page)).toContainText('This page has changed.')
  await expect(page.getByRole('link', { name: 'Aaron' })).toHaveCount(0)
  await notice(page).getByRole('button', { name: 'Show' }).click()
  await expect(page.getByRole('link', { name: 'Aaron' })).toBeVisible()
  await expect(field).toHaveValue('grya')
  expect(await isSameDocument(page)).toBe(true)
})

test('results that followed typing are live', async ({ page, site }) => {
  const polls = await open(page, '/users')
  await page.getByRole('searchbox').fill('grace')
  await expect(page).toHaveURL('/users?q=grace')
  site.sql.exec(`UPDATE "User" SET "email" = 'hopper@example.org' WHERE "id" = 4`)
  await expect(row(page, 'hopper@example.org')).toBeVisible()
  await expectQuiet(page, polls)
  await expect(page.getByRole('searchbox')).toBeFocused()
})

test('after Back, an old page of the browser’s own is refreshed at once', async ({ page, site }) => {
  await page.goto('/users?q=grace')
  await page.getByRole('link', { name: 'Grace', exact: true }).click()
  await expect(page).toHaveURL(/profile\/4/)
  site.sql.exec(`UPDATE "User" SET "email" = 'hopper@example.org' WHERE "id" = 4`)
  // Without the polls that a page makes later.
  await page.addInitScript(() => {
    const { setTimeout } = window
    Object.assign(window, { setTimeout: (work: () => void, delay = 0) => (delay < 1_000 ? setTimeout(work, delay) : 0) })
  })
  await page.goBack()
  await expect(row(page, 'hopper@example.org')).toBeVisible()
})

test.describe('with a clock', () => {
  const MINUTE = 60_000

  /** Opens a profile, stops its clock, and keeps the pauses that the page makes between polls. */
  async function openPaused(page: Page): Promise<Request[]> {
    await page.clock.install()
    const polls = await open(page, '/user/profile/3')
    await page.evaluate(() => {
      const { setTimeout } = window
      const pauses: number[] = []
      const keep = (work: () => void, delay = 0) => {
        if (delay > 1_000) pauses.push(delay)
        return setTimeout(work, delay)
      }
      Object.assign(window, { setTimeout: keep, pauses })
    })
    // A last poll is due by then.
    await page.clock.pauseAt(Date.now() + MINUTE)
    await expect.poll(() => page.evaluate(() => window.pauses?.length)).toBeGreaterThan(0)
    return polls
  }

  /** Lets the page poll `count` times. Returns its pauses after these polls, in milliseconds. */
  async function pausesAfter(page: Page, polls: Request[], count: number): Promise<number[]> {
    const read = () => page.evaluate(() => window.pauses ?? [])
    const before = await read()
    let next = before.at(-1) ?? MINUTE
    for (let poll = 1; poll <= count; poll += 1) {
      const polled = polls.length
      await page.clock.runFor(Math.ceil(next))
      await expect.poll(async () => (await read()).length).toBe(before.length + poll)
      expect(polls.length).toBe(polled + 1)
      next = (await read()).at(-1) ?? MINUTE
    }
    return (await read()).slice(before.length)
  }

  test('a page asks every two seconds, one request at a time', async ({ page }) => {
    const pauses = await pausesAfter(page, await openPaused(page), 10)
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_800)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_200)
  })

  test('a hidden page asks nothing, and at once when it is shown again', async ({ page, site }) => {
    const polls = await openPaused(page)
    await setVisibility(page, 'hidden')
    const before = polls.length
    await page.clock.runFor(10 * MINUTE)
    expect(polls).toHaveLength(before)

    site.sql.exec(`UPDATE "User" SET "username" = 'Countess' WHERE "id" = 3`)
    await setVisibility(page, 'visible')
    // The same moment, as a browser may report it in three ways.
    await page.evaluate(() => {
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
      dispatchEvent(new Event('online'))
    })
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Countess')
    expect(polls).toHaveLength(before + 1)
  })

  for (const status of [429, 503]) {
    test(`after status ${status}, a page asks ever more seldom, and as usual when it gets an answer again`, async ({ page }) => {
      const polls = await openPaused(page)
      await page.route('/user/profile/3', (route) => route.fulfill({ status, body: '' }))
      const pauses = await pausesAfter(page, polls, 7)
      const growing = pauses.slice(0, 4)
      expect(growing).toEqual(growing.toSorted((a, b) => a - b))
      expect(growing[0]).toBeGreaterThan(3_000)
      expect(Math.min(...pauses.slice(4))).toBeGreaterThan(0.8 * MINUTE)
      expect(Math.max(...pauses)).toBeLessThanOrEqual(MINUTE)

      await page.unroute('/user/profile/3')
      expect((await pausesAfter(page, polls, 1))[0]).toBeLessThan(3_000)
    })
  }
})

// Chromium without a screen never hides a page: this is what it reports when a tab is hidden.
async function setVisibility(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  await page.evaluate((value) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => value })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)
}

test('another build is noticed: changes wait for a new document', async ({ page, site }) => {
  const polls = await open(page, '/users?sort=username')
  // As its workers would answer.
  await page.route('/users?sort=username', async (route) => {
    if (route.request().method() !== 'HEAD') return route.continue()
    const headers = { ...route.request().headers(), 'if-none-match': '' }
    const { headers: answered } = await route.fetch({ headers }).then((response) => ({ headers: response.headers() }))
    await route.fulfill({ status: 200, headers: { ...answered, etag: String(answered.etag).replace(/"[\w-]+\./, '"newbuild.') } })
  })
  const count = polls.length
  await expect.poll(() => polls.length).toBeGreaterThan(count + 2)
  await expect(notice(page)).toHaveCount(0)
  expect(await isSameDocument(page)).toBe(true)

  site.sql.exec(`UPDATE "User" SET "email" = 'countess@example.com' WHERE "id" = 3`)
  await expect(notice(page)).toHaveText(/^The list has changed\.\s*Show$/)
  await expect(row(page, 'ada@example.com')).toBeVisible()
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await notice(page).getByRole('button', { name: 'Show' }).click()
  await expect(row(page, 'countess@example.com')).toBeVisible()
  expect(await isSameDocument(page)).toBe(false)
})
