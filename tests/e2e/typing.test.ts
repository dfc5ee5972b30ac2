import type { Page } from '@playwright/test'
import { expect, test } from './site-test.ts'

const SLOW_MS = 700

const field = (page: Page) => page.getByRole('searchbox')
const firstName = (page: Page) => page.locator('tbody td:nth-child(2)').first()

/** The list at `path`, once its script listens. */
async function open(page: Page, path: string) {
  await page.goto(path)
  await expect(field(page)).toHaveAttribute('aria-keyshortcuts', '/')
}

test('results and the address follow typing', async ({ page }) => {
  await open(page, '/users?sort=username&page=2')
  await field(page).pressSequentially('grace', { delay: 20 })
  await expect(page).toHaveURL('/users?q=grace&sort=username')
  await expect(page.getByRole('status')).toHaveText('1 person matches')
  await expect(firstName(page)).toHaveText('Grace')
  await expect(page).toHaveTitle('People matching “grace” · Roster')
  await expect(field(page)).toBeFocused()
  await field(page).fill('')
  await expect(page).toHaveURL('/users?sort=username')
  await expect(page.getByRole('status')).toHaveText('300 people in all')
})

test('the page names the form fields that it ignores', async ({ page }) => {
  await open(page, '/users?age_min=40')
  await page.getByRole('spinbutton', { name: 'From' }).fill('999')
  await field(page).pressSequentially('grace')
  await expect(page.getByRole('note')).toContainText('age_min (must be a whole number from 0 to 150)')
  await expect(page.getByRole('status')).toHaveText('1 person matches')
  await field(page).fill('a b c d e f g h i j k')
  await expect(page.getByRole('note')).toContainText('the end of q (a search has at most 10 words')
})

test('slow answers neither take letters away nor overtake newer ones', async ({ page }) => {
  await open(page, '/users')
  await page.route(/[?&]_rsc/, async (route) => {
    // The answer to what was typed first comes last.
    if (/q=a&/.test(route.request().url())) await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
    await route.continue().catch(() => {})
  })
  const first = page.waitForRequest(/q=a&/)
  await field(page).pressSequentially('a')
  await first
  await field(page).pressSequentially('geless', { delay: 20 })
  await expect(page).toHaveURL('/users?q=ageless')
  await page.waitForTimeout(SLOW_MS)
  await expect(page).toHaveURL('/users?q=ageless')
  await expect(page.getByRole('status')).toHaveText('1 person matches')
  await expect(field(page)).toHaveValue('ageless')
  await expect(field(page)).toBeFocused()
})

test('a search on its way is shown, and nothing moves', async ({ page }) => {
  await open(page, '/users')
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(/[?&]_rsc/, async (route) => {
    await isReleased
    await route.continue()
  })
  const boxes = () => page.locator('h1, form, table').evaluateAll((all) => all.map((each) => JSON.stringify(each.getBoundingClientRect())))
  const before = await boxes()
  await field(page).fill('grace')
  await expect(page.locator('.user-list')).toHaveCSS('opacity', '0.5')
  expect(await boxes()).toEqual(before)
  release()
  await expect(firstName(page)).toHaveText('Grace')
  await expect(page.locator('.user-list')).toHaveCSS('opacity', '1')
})

test('a search without a network waits beside the field, and goes on when the network is back', async ({ page, context, faults }) => {
  await open(page, '/users')
  await context.setOffline(true)
  await field(page).fill('grace')
  await expect(page.getByText('No connection. The search continues when you are back online.')).toBeVisible()
  await expect(field(page)).toBeFocused()
  await context.setOffline(false)
  await expect(page).toHaveURL('/users?q=grace')
  await expect(firstName(page)).toHaveText('Grace')
  await expect(page.getByText('No connection')).toHaveCount(0)
  // The browser logs each request that fails, as it should.
  faults.length = 0
})

test('Enter searches at once and keeps the focus', async ({ page }) => {
  await open(page, '/users')
  await field(page).fill('o’brien')
  await field(page).fill("o'brien")
  await field(page).press('Enter')
  await expect(page).toHaveURL('/users?q=o%27brien')
  await expect(firstName(page)).toHaveText("Miles O'Brien")
  await expect(field(page)).toBeFocused()
})

test('a slash leads to the field, arrows through the rows, Enter to a person, and Back to that row', async ({ page }) => {
  await open(page, '/users')
  await page.keyboard.press('/')
  await expect(field(page)).toBeFocused()
  await page.keyboard.type('guest-01/')
  await expect(field(page)).toHaveValue('guest-01/')
  await page.keyboard.press('Backspace')
  await expect(page).toHaveURL('/users?q=guest-01')
  await expect(firstName(page)).toHaveText('guest-0100')

  const rows = page.locator('tbody a')
  await page.keyboard.press('ArrowDown')
  await expect(rows.first()).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(field(page)).toBeFocused()
  for (let row = 0; row < 40; row += 1) await page.keyboard.press('ArrowDown')
  await expect(rows.nth(39)).toBeFocused()
  const scrolled = await page.evaluate(() => scrollY)
  expect(scrolled).toBeGreaterThan(0)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('guest-0139')

  await page.goBack()
  await expect(page).toHaveURL('/users?q=guest-01')
  await expect(field(page)).toHaveValue('guest-01')
  await expect(rows.nth(39)).toBeFocused()
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(scrolled)
})

test('keys and text belong to an input method while it composes, and its end is followed', async ({ page }) => {
  await open(page, '/users?q=guest&size=25')
  const inputMethod = await page.context().newCDPSession(page)
  const compose = (text: string) =>
    inputMethod.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
  let requests = 0
  page.on('request', (request) => {
    if (request.url().includes('_rsc')) requests += 1
  })

  // A search that is about to start is dropped: the pause before it is longer than the way to the next line.
  await field(page).fill('')
  await compose('ελε')
  await expect(field(page)).toHaveValue('ελε')
  for (const key of ['ArrowDown', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
  await compose('ελεν')
  await expect(field(page)).toBeFocused()
  await page.waitForTimeout(SLOW_MS)
  expect(requests).toBe(0)
  await expect(page).toHaveURL('/users?q=guest&size=25')

  await inputMethod.send('Input.insertText', { text: 'ελένη' })
  await expect(page).toHaveURL(`/users?q=${encodeURIComponent('ελένη')}&size=25`)
  await expect(firstName(page)).toHaveText('Ελένη')
  await expect(field(page)).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('tbody a').first()).toBeFocused()

  // Safari ends the composition first and then reports its last key, with this code.
  await field(page).focus()
  await field(page).dispatchEvent('keydown', { key: 'ArrowDown', keyCode: 229, bubbles: true })
  await expect(field(page)).toBeFocused()
})

test('the search key of a phone sends a word that is still being composed', async ({ page }) => {
  await page.goto('/')
  await expect(field(page)).toHaveAttribute('aria-keyshortcuts', '/')
  await field(page).focus()
  const inputMethod = await page.context().newCDPSession(page)
  await inputMethod.send('Input.imeSetComposition', { text: 'grace', selectionStart: 5, selectionEnd: 5 })
  await page.evaluate(() =>
    addEventListener('submit', (event) => {
      event.preventDefault()
      document.body.dataset.isSent = 'true'
    }),
  )
  await page.keyboard.press('Enter')
  await expect(page.locator('body')).not.toHaveAttribute('data-is-sent')
  await inputMethod.send('Input.dispatchKeyEvent', { type: 'keyDown', key: 'Enter', text: '\r', windowsVirtualKeyCode: 13 })
  await expect(page.locator('body')).toHaveAttribute('data-is-sent')
})

test('a fault while typing is shown, and a reload helps', async ({ page, site, faults }) => {
  await open(page, '/users')
  site.sql.exec('ALTER TABLE "User" RENAME TO "Away"')
  try {
    await field(page).fill('ada')
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Something went wrong on our side')
  } finally {
    site.sql.exec('ALTER TABLE "Away" RENAME TO "User"')
  }
  await page.reload()
  await expect(page).toHaveURL('/users?q=ada')
  await expect(firstName(page)).toHaveText('ada')
  // The browser logs the fault, as it should.
  faults.length = 0
})
