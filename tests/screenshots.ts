/**
 * `npm run screenshots [-- NAME …]`: all pages and states (or those whose names begin with a NAME), at every width, in both colour schemes,
 * without scripts and with text of twice the size, into screenshots/, with a contact sheet, index.html. Fills an own database.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { SAMPLE_PEOPLE } from '../server/database/sample-people.ts'
import { sendFault } from '../server/http/fault-page.ts'
import { ROOT } from '../server/paths.ts'
import { findChromium } from './fixtures/chromium.ts'
import { listGuests } from './fixtures/named-people.ts'
import { addUncheckedPeople } from './fixtures/unchecked-people.ts'
import { type Site, withSite } from './fixtures/with-site.ts'

const FOLDER = join(ROOT, 'screenshots')
const WIDTHS = [320, 390, 768, 1280, 1920]
const FONTS = ['fonts-noto-core', 'fonts-noto-cjk', 'fonts-noto-color-emoji']

/** The pages of a browser, and how they are seen: a page is loaded once for all its colour schemes. */
type Setting = { fontPixels: number; hasScripts: boolean; variants: { name: string; colorScheme: 'light' | 'dark' }[] }

const SETTINGS: Setting[] = [
  {
    fontPixels: 16,
    hasScripts: true,
    variants: [
      { name: 'light', colorScheme: 'light' },
      { name: 'dark', colorScheme: 'dark' },
    ],
  },
  { fontPixels: 32, hasScripts: true, variants: [{ name: 'large-text', colorScheme: 'light' }] },
  { fontPixels: 16, hasScripts: false, variants: [{ name: 'no-script', colorScheme: 'light' }] },
]
const VARIANTS = SETTINGS.flatMap(({ variants }) => variants.map(({ name }) => name))

/** A page as a visitor may meet it. */
type State = { name: string; open: (page: Page) => Promise<unknown> }

// Names that are hard to draw, each an own kind: a database from before a constraint may have them all.
const HARD_NAMES = [
  'W'.repeat(80),
  '漢'.repeat(80),
  `Z${'\u0301\u0323'.repeat(39)}`,
  '\ufdfd'.repeat(20),
  'مرحبا '.repeat(13).trim(),
  'Ann\u202e Override',
  '\u2060',
  'สมชาย ใจดี',
  'நிலா ராஜன்',
  'ნინო ბერიძე',
  'Արամ Խաչատրյան',
  'יעל כהן',
  'አበበ ቢቂላ',
]

const PEOPLE = [
  ...SAMPLE_PEOPLE.map((person, index) => ({ id: index + 1, ...person })),
  ...listGuests(SAMPLE_PEOPLE.length + 1, 400 - SAMPLE_PEOPLE.length),
]
const HARD_PEOPLE = HARD_NAMES.map((username, index) => ({
  id: 1001 + index,
  username,
  email: `hard-${index}@example.com`,
  age: index * 8,
}))
const idOf = (name: string) => PEOPLE.find(({ username }) => username === name)?.id
const NO_EMAIL = { id: 2001, username: 'no.email', email: '\u2060', age: null }

function listStates({ address, sql }: Site, empty: Site, busyAddress: string): State[] {
  const at = (path: string) => (page: Page) => page.goto(address + path)
  const profile = `/user/profile/${idOf('Łukasz Ångström-Núñez')}`
  return [
    { name: 'start', open: at('/') },
    { name: 'list', open: at('/users') },
    { name: 'list-page-3', open: at('/users?sort=username&page=3') },
    { name: 'list-hard-names', open: at('/users?dir=desc&size=25') },
    { name: 'search', open: at('/users?q=guest+example&size=25') },
    { name: 'search-short-word', open: at('/users?q=al') },
    { name: 'search-ages', open: at('/users?q=example&age_min=30&age_max=69&sort=age&dir=desc&size=25') },
    { name: 'search-nothing', open: at('/users?q=ada+nobody-at-all&age_min=30') },
    { name: 'list-ignored', open: at('/users?size=7&age_min=50&age_max=40') },
    { name: 'list-beyond-end', open: at('/users?page=99') },
    { name: 'profile', open: at(`${profile}?page=1`) },
    { name: 'profile-alone', open: at(profile) },
    {
      name: 'profile-qr',
      open: async (page) => {
        await at(`${profile}?q=example`)(page)
        await page.locator('summary').click()
      },
    },
    { name: 'profile-no-age', open: at(`/user/profile/${idOf('ageless')}?q=ageless`) },
    { name: 'profile-no-email', open: at(`/user/profile/${NO_EMAIL.id}`) },
    { name: 'profile-long-name', open: at('/user/profile/1001?dir=desc&size=25') },
    { name: 'profile-tower', open: at('/user/profile/1003?dir=desc&size=25') },
    { name: 'profile-arabic', open: at(`/user/profile/${idOf('فاطمة الزهراء')}?page=1`) },
    { name: 'profile-blank-name', open: at('/user/profile/1007') },
    { name: 'not-found-profile', open: at('/user/profile/999999') },
    { name: 'not-found', open: at('/nowhere') },
    { name: 'empty-start', open: (page) => page.goto(empty.address) },
    { name: 'empty-list', open: (page) => page.goto(`${empty.address}/users`) },
    {
      name: 'fault',
      open: async (page) => {
        sql.exec('ALTER TABLE "User" RENAME TO "Away"')
        await at('/users')(page).finally(() => sql.exec('ALTER TABLE "Away" RENAME TO "User"'))
      },
    },
    { name: 'busy', open: (page) => page.goto(busyAddress) },
    ...[401, 403, 503].map((status) => ({
      name: `nginx-${status}`,
      open: (page: Page) => page.setContent(readFileSync(join(ROOT, `deploy/errors/${status}.html`), 'utf8')),
    })),
    {
      name: 'print-list',
      open: async (page) => {
        await at('/users?q=example&size=25')(page)
        await page.emulateMedia({ media: 'print' })
      },
    },
    {
      name: 'print-profile',
      open: async (page) => {
        await at(`${profile}?page=1`)(page)
        await page.locator('summary').click()
        await page.emulateMedia({ media: 'print' })
      },
    },
  ]
}

installFonts()
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER)
await withSite(
  (site) =>
    withSite(
      async (empty) => {
        addUncheckedPeople(site.sql, [...HARD_PEOPLE, NO_EMAIL])
        const busy = createServer((_, response) => sendFault({ response, requestId: 'example', isData: false, fault: null }, 'busy'))
        await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
        const port = Object(busy.address()).port
        const wanted = process.argv.slice(2)
        const states = listStates(site, empty, `http://127.0.0.1:${port}`).filter(
          ({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
        )
        for (const setting of SETTINGS) await photograph(states, setting)
        busy.closeAllConnections()
        busy.close()
        writeFileSync(join(FOLDER, 'index.html'), contactSheet(states))
        console.log(`${states.length * VARIANTS.length * WIDTHS.length} pictures: ${join(FOLDER, 'index.html')}`)
      },
      { people: [] },
    ),
  { people: PEOPLE },
)

/** Without them a name in a script that the machine cannot draw is a row of boxes. */
function installFonts(): void {
  const isDebian = spawnSync('apt-get', ['--version']).status === 0
  const missing = FONTS.filter((font) => isDebian && spawnSync('dpkg', ['-s', font]).status !== 0)
  if (missing.length === 0) return
  if (process.getuid?.() !== 0) {
    console.warn(`Some scripts may be drawn as boxes; install ${missing.join(' ')}`)
    return
  }
  console.log(`Installing ${missing.join(' ')} …`)
  spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', ...missing], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function photograph(states: State[], { fontPixels, hasScripts, variants }: Setting): Promise<void> {
  const browser = await chromium.launch({
    executablePath: findChromium() ?? 'chromium',
    // As in the browser's settings: media queries follow it, too.
    args: ['--no-sandbox', '--disable-gpu', `--blink-settings=defaultFontSize=${fontPixels}`],
  })
  const context = await browser.newContext({ javaScriptEnabled: hasScripts, reducedMotion: 'reduce' })
  for (const { name, open } of states) {
    const page = await context.newPage()
    await open(page)
    for (const variant of variants) {
      await page.emulateMedia({ colorScheme: variant.colorScheme })
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 600 ? 844 : 900 })
        await page.screenshot({ path: join(FOLDER, fileName(name, variant.name, width)), fullPage: true })
      }
    }
    await page.close()
  }
  await browser.close()
}

function fileName(state: string, variant: string, width: number): string {
  return `${state}-${width}-${variant}.png`
}

function contactSheet(states: State[]): string {
  const picture = (file: string, width: number) =>
    `<a href="${file}"><img src="${file}" loading="lazy" alt="${file}" width="${width / 4}"></a>`
  const row = (state: string) => (variant: string) =>
    `<p>${variant}<div>${WIDTHS.map((width) => picture(fileName(state, variant, width), width)).join('')}</div>`
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>body{font:1rem system-ui;background:#888}div{display:flex;align-items:start;gap:1rem}img{max-height:40rem;object-fit:cover;object-position:top}</style>
<h1>Screenshots</h1>${states.map(({ name }) => `<h2>${name}</h2>${VARIANTS.map(row(name)).join('')}`).join('\n')}`
}
