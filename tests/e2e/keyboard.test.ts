import type { Locator, Page } from '@playwright/test'
import { expect, PEOPLE, test } from './site-test.ts'

test.skip(({ isMobile }) => isMobile, 'a phone has no keyboard')

const MAX_STOPS = 40

/** Presses Tab until `target` has the focus. Everything on the way shows that it has it. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let stops = 0; stops < MAX_STOPS; stops += 1) {
    await page.keyboard.press('Tab')
    await expect.poll(() => page.locator(':focus').evaluate(listOutlines)).toMatch(/solid|auto/)
    if (await target.evaluate((element) => element === document.activeElement)) return
  }
  throw new Error(`${target} is not among the first ${MAX_STOPS} stops`)
}

/** The styles of the outlines of `element` and of what covers a larger link. */
function listOutlines(element: Element): string {
  return [undefined, '::after'].map((part) => getComputedStyle(element, part).outlineStyle).join()
}

test('Tab and Enter lead from the start page to a search, a person, the next one, and back', async ({ page }) => {
  await page.goto('/')
  await tabTo(page, page.getByRole('searchbox'))
  await page.keyboard.type('example.org')
  await tabTo(page, page.getByRole('button', { name: 'Search' }))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/users?q=example.org')
  await tabTo(page, page.getByRole('link', { name: 'Grace' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Grace')
  await tabTo(page, page.getByRole('link', { name: "Next: Miles O'Brien" }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText("Miles O'Brien")
  await tabTo(page, page.getByText('QR code for a phone'))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('img', { name: /^QR code/ })).toBeVisible()
  await page.reload()
  await tabTo(page, page.getByRole('link', { name: '3 people matching “example.org”' }))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/users?q=example.org')
})

test('the arrow keys lead through a list, except while something is selected', async ({ page }) => {
  const next = page.getByRole('link', { name: /^Next/ })
  const heading = page.getByRole('heading', { level: 1 })
  await page.goto('/user/profile/3?page=1')
  await expect(next).toHaveAttribute('aria-keyshortcuts', 'ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(heading).toHaveText('Grace')
  await expect(next).toHaveAttribute('aria-keyshortcuts', 'ArrowRight')
  await page.keyboard.press('ArrowLeft')
  await expect(heading).toHaveText('ada')
  await expect(page.getByRole('navigation', { name: 'People in the list' })).toContainText(`3 of ${PEOPLE}`)
  await expect(next).toHaveAttribute('aria-keyshortcuts', 'ArrowRight')
  await heading.selectText()
  await page.keyboard.press('ArrowRight')
  await page.evaluate(() => getSelection()?.removeAllRanges())
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('ArrowRight')
  await expect(heading).toHaveText('Grace')
})
