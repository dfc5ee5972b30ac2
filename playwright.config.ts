import { defineConfig } from '@playwright/test'
import { findChromium } from './tests/fixtures/chromium.ts'

const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
]

const DESKTOP = { viewport: { width: 1280, height: 800 } }

export default defineConfig({
  testDir: 'tests/e2e',
  workers: 2,
  forbidOnly: !!process.env.CI,
  reporter: 'list',
  timeout: 60_000,
  // Two browsers, their servers and other programs share the machine's cores.
  expect: { timeout: 20_000 },
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: findChromium() ?? 'chromium', args: CHROMIUM_ARGUMENTS },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'desktop', use: DESKTOP },
    {
      name: 'phone',
      testIgnore: ['live.test.ts', 'studio.test.ts', 'hostile-text.test.ts'],
      use: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
    },
    // Only this file: axe and the measurements of the other tests need JavaScript.
    { name: 'no-javascript', testMatch: 'look-up.test.ts', use: { ...DESKTOP, javaScriptEnabled: false } },
  ],
})
