import type { Locator, Page } from '@playwright/test'
import { addUncheckedPeople } from '../fixtures/unchecked-people.ts'
import { listOverflows } from './list-overflows.ts'
import { expect, test } from './site-test.ts'

/** What people may be called, and search for. */
const TEXTS = [
  'W'.repeat(80),
  'aleksandra.kowalska@students.example.org',
  `${'a'.repeat(39)} ${'b'.repeat(40)}`,
  '漢'.repeat(80),
  // The next four are single characters to their reader, or as wide as a word: no line can break in them.
  Array.from({ length: 27 }, () => '👩').join('\u200d'),
  `\u0915${'\u0903'.repeat(79)}`,
  '\u1100'.repeat(80),
  '\ufdfd'.repeat(20),
  'שלום'.repeat(20),
  'مرحبا '.repeat(13).trim(),
  // What a driver makes of bytes that are no text.
  'Ren\ufffd',
  'Ann\u202e Override',
  'Ann\u2066\u2067 Isolate',
  'Ann\u200b Twin',
  'Ann\0\u0007 Control',
  'l',
] as const
const TOWER = `Z${'\u0301\u0323'.repeat(39)}`
const BLANKS = ['\u2060', '\u00ad', '\u202e', '\u3164', '\u2800', '\u0301'] as const

const FIRST_ID = 9001
const PEOPLE = [...TEXTS, TOWER, ...BLANKS].map((username, index) => ({
  id: FIRST_ID + index,
  username,
  email: [...`${index}${username}@${username}`].slice(0, 120).join(''),
  age: index % 2 === 0 ? 30 : null,
}))
const LIST = '/users?dir=desc&size=100'
const profile = (username: string) => `/user/profile/${PEOPLE.find((person) => person.username === username)?.id}`
const search = (q: string, others = '') => `/users?q=${encodeURIComponent(q)}${others}`

test.beforeAll(({ site }) => addUncheckedPeople(site.sql, PEOPLE))
test.afterAll(({ site }) => site.sql.prepare('DELETE FROM "User" WHERE "id" >= ?').run(FIRST_ID))

/** What nobody may see or hear on `page`: a title, a description or an attribute with invisible or control characters. */
async function listUnsafe(page: Page): Promise<string[]> {
  const texts = await page.evaluate(() => [
    document.title,
    // What a form sends is what was searched.
    ...[...document.querySelectorAll('*')].flatMap(({ attributes }) =>
      [...attributes].flatMap(({ name, value }) => (name === 'value' ? [] : value)),
    ),
  ])
  return texts.filter((text) => /[\p{Bidi_Control}\p{Cc}\u200b\u00ad\u2060\u2800\u3164]|^ ·|“”/u.test(text))
}

test('no page scrolls sideways or has an unsafe title, whatever is stored or searched', async ({ page }) => {
  // More than 60 pages, each in ten sizes.
  test.setTimeout(180_000)
  const paths = [
    '/',
    LIST,
    '/users?size=25&page=7',
    '/users?page=99999999999',
    '/users?sort=nobody&dir=up&size=0&age=40&age_min=999&age_max=x&page=0',
    '/user/profile/999999',
    '/nowhere',
    ...PEOPLE.map(({ username }) => profile(username)),
    // With the way back to a list that has such a name.
    ...[TEXTS[0], TEXTS[5], TOWER].map((text) => `${profile(text)}?q=${encodeURIComponent(text)}&size=100`),
    search('a b c d e f g h i j', '&age_min=3'),
    ...[...TEXTS, TOWER].map((text) => search(text, '&age_min=31')),
    search(BLANKS.join(' '), '&age_min=31'),
    search(TEXTS.join('').slice(0, 250)),
  ]
  const problems: string[] = []
  for (const path of paths) {
    await page.goto(path)
    for (const problem of [...(await listOverflows(page)), ...(await listUnsafe(page))]) problems.push(`${path}: ${problem}`)
  }
  expect(problems).toEqual([])
})

test('no page does so while results follow typing', async ({ page }) => {
  await page.goto('/users')
  const field = page.getByRole('searchbox')
  await expect(field).toHaveAttribute('aria-keyshortcuts', '/')
  for (const text of [TEXTS[0], TEXTS[5], 'nobody\u200b\u2060 Twin']) {
    await field.fill(text)
    await expect(page.getByRole('list', { name: 'Filters' })).toHaveText(`Remove “${text}”×`)
    expect(await listOverflows(page)).toEqual([])
    expect(await listUnsafe(page)).toEqual([])
  }
  await expect(page).toHaveTitle('People matching “nobody Twin” · Roster')
})

test('a title contains only the visible characters of a name', async ({ page }) => {
  for (const [username, title] of [
    ['Ann\u202e Override', 'Ann Override'],
    ['Ann\u200b Twin', 'Ann Twin'],
    ['Ren\ufffd', 'Ren\ufffd'],
  ] as const) {
    await page.goto(profile(username))
    await expect(page).toHaveTitle(`${title} · Roster`)
    expect(await page.locator('meta[name=description]').getAttribute('content')).toMatch(new RegExp(`^${title} in`))
    await expect(page.getByRole('heading', { level: 1 }).locator('bdi')).toHaveText(username)
  }
})

test('an invisible or very narrow name is a link that can be seen and clicked', async ({ page }) => {
  await page.goto(LIST)
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    const sizes = await page.locator('tbody a').evaluateAll((links) => links.map((link) => link.getBoundingClientRect()))
    expect(sizes.length).toBeGreaterThanOrEqual(PEOPLE.length)
    expect(sizes.filter((size) => Math.min(size.width, size.height) < 24)).toEqual([])
  }
  const id = FIRST_ID + PEOPLE.length - 1
  const name = `No visible name (ID ${id})`
  await expect(page.getByRole('link', { name: /^No visible name/ })).toHaveCount(BLANKS.length)
  await page.getByRole('link', { name }).click()
  await expect(page).toHaveURL(`/user/profile/${id}?dir=desc&size=100`)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name)
  await expect(page).toHaveTitle(`${name} · Roster`)
  await page.goto(search('\u200b\u2060'))
  await expect(page.getByRole('link', { name: 'Remove invisible characters' })).toBeVisible()
})

/** How many colour values of `page`, above and below `box`, change when what is in it goes away. */
async function countChangesOutside(page: Page, box: Locator): Promise<number> {
  const { top, bottom } = await box.evaluate((element) => {
    element.scrollIntoView({ block: 'center' })
    return element.getBoundingClientRect()
  })
  const before = await page.screenshot()
  await box.evaluate((element) => element.style.setProperty('visibility', 'hidden'))
  const after = await page.screenshot()
  return page.evaluate(
    async ({ before, after, top, bottom }) => {
      async function readOutside(picture: string) {
        const bytes = Uint8Array.from(atob(picture), (character) => character.charCodeAt(0))
        const bitmap = await createImageBitmap(new Blob([bytes]))
        const { width, height } = bitmap
        const context = new OffscreenCanvas(width, height).getContext('2d')
        if (!context) throw new Error('this browser cannot read pictures')
        context.drawImage(bitmap, 0, 0)
        // Without what is in between.
        context.putImageData(context.getImageData(0, bottom, width, height - bottom), 0, top)
        return context.getImageData(0, 0, width, height - (bottom - top)).data
      }
      const values = await readOutside(before)
      const others = await readOutside(after)
      // The same border may be drawn again a shade lighter.
      return values.filter((value, index) => Math.abs(value - (others[index] ?? 0)) > 8).length
    },
    { before: before.toString('base64'), after: after.toString('base64'), top: Math.floor(top), bottom: Math.ceil(bottom) },
  )
}

test('stacked accents do not cover what is above and below', async ({ page }) => {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 })
    await page.goto(LIST)
    expect(await countChangesOutside(page, page.getByRole('row').filter({ hasText: TOWER }))).toBe(0)
    await page.goto(profile(TOWER))
    expect(await countChangesOutside(page, page.getByRole('heading', { level: 1 }))).toBe(0)
    await page.goto(search(TOWER, '&age_min=31'))
    expect(await countChangesOutside(page, page.getByRole('list', { name: 'Filters' }))).toBe(0)
    expect(await countChangesOutside(page, page.getByText('No one aged 31 or more'))).toBe(0)
  }
})
