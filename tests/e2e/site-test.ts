import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, expect } from '@playwright/test'
import { createDatabase, type TestDatabase } from '../fixtures/create-database.ts'
import { addNamedPeople, addPeople, listGuests } from '../fixtures/named-people.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'

/** Ten named people and 290 guests: six pages of 50. */
export const PEOPLE = 300

type Site = TestDatabase & { address: string }

/** Tests on a Roster of their worker's own. One fails when its page logs an error or asks another host for anything. */
export const test = base.extend<{ faults: string[] }, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright finds out what a fixture needs by its pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'roster-test-'))
      const database = createDatabase(folder)
      addNamedPeople(database.sql)
      addPeople(database.sql, listGuests(11, PEOPLE - 10))
      const roster = new RosterProcess({ env: { DATABASE_URL: database.url } })
      await use({ ...database, address: await roster.address() })
      await roster.stop()
      database.sql.close()
      rmSync(folder, { recursive: true })
    },
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
