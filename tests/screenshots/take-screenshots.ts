/**
 * `npm run screenshots [-- NAME …]`: all pages and states (or those whose names begin with a NAME), at every width, in both colour schemes,
 * without scripts and with text of twice the size, into screenshots/, with a contact sheet, index.html. Fills an own database.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { sendFault } from '../../server/http/fault-page.ts'
import { ROOT } from '../../server/paths.ts'
import { findChromium } from '../fixtures/chromium.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'
import { listStates, OWN_SETTINGS, PEOPLE, type State } from './states.ts'

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

installFonts()
rmSync(FOLDER, { recursive: true, force: true })
mkdirSync(FOLDER)
await withSite(
  (site) => withSite((empty) => withSite((own) => takeAll(site, empty, own), { people: PEOPLE, env: OWN_SETTINGS }), { people: [] }),
  { people: PEOPLE },
)

async function takeAll(site: Site, empty: Site, own: Site): Promise<void> {
  const busy = createServer((_, response) => sendFault({ response, requestId: 'example', isData: false, fault: null }, 'busy'))
  await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve))
  const busyAddress = `http://127.0.0.1:${Object(busy.address()).port}`
  const wanted = process.argv.slice(2)
  const states = listStates({ site, empty, own, busyAddress }).filter(
    ({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
  )
  for (const setting of SETTINGS) await photograph(states, setting)
  busy.closeAllConnections()
  busy.close()
  writeFileSync(join(FOLDER, 'index.html'), contactSheet(states))
  console.log(`Pictures of ${states.length} pages and states: ${join(FOLDER, 'index.html')}`)
}

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
  for (const { name, open } of states.filter(({ needsScripts }) => hasScripts || !needsScripts)) {
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
