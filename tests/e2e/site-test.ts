import { test as base, expect } from '@playwright/test'
import { listGuests, NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'

/** Ten named people and 290 guests: six pages of 50. */
export const PEOPLE = 300

/** Tests on a Roster of their worker's own. One fails when its page logs an error or asks another host for anything. */
export const test = base.extend<{ faults: string[] }, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright finds out what a fixture needs by its pattern
    async ({}, use) => withSite(use, { people: [...NAMED_PEOPLE, ...listGuests(11, PEOPLE - 10)] }),
    { scope: 'worker' },
  ],

  baseURL: ({ site }, use) => use(site.address),

  faults: [
    async ({ page, site }, use) => {
      const faults: string[] = []
      page.on('pageerror', (error) => faults.push(error.message))
      page.on('console', (message) => {
        // Chromium also logs the status of a page that is meant to be a 404.
        if (message.type() === 'error' && message.location().url !== page.url()) faults.push(message.text())
      })
      page.on('request', (request) => {
        if (!request.url().startsWith(site.address)) faults.push(`asked for ${request.url()}`)
      })
      await use(faults)
      expect(faults).toEqual([])
    },
    { auto: true },
  ],
})

export { expect }
