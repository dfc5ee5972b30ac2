import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { SAMPLE_PEOPLE } from '../../server/database/sample-people.ts'
import { ROOT } from '../../server/paths.ts'
import { addPeople, listGuests } from '../fixtures/named-people.ts'
import { addUncheckedPeople } from '../fixtures/unchecked-people.ts'
import type { Site } from '../fixtures/with-site.ts'

/** A page as a visitor may meet it. */
export type State = { name: string; open: (page: Page) => Promise<unknown>; needsScripts?: true }

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

export const PEOPLE = [
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
const NEWCOMER = { id: 3001, username: 'newcomer', email: 'newcomer@example.com', age: 30 }
const NO_EMAIL = { id: 2001, username: 'no.email', email: '\u2060', age: null }

/** What an operator may make of a site. */
export const OWN_SETTINGS = {
  SITE_NAME: 'Acme People',
  SITE_ACCENT: 'royalblue',
  SITE_NOTICE: 'For employees of Acme only.',
  SITE_LINKS: 'Privacy=/privacy; Help=mailto:help@example.com',
  HIDDEN_FIELDS: 'email,age',
}

type Sites = {
  /** A site of PEOPLE, to which people with hard names are added. */
  site: Site
  /** One without people. */
  empty: Site
  /** One with OWN_SETTINGS. */
  own: Site
  /** Where every page is the one of a busy site. */
  busyAddress: string
}

export function listStates({ site: { address, sql }, empty, own, busyAddress }: Sites): State[] {
  addUncheckedPeople(sql, [...HARD_PEOPLE, NO_EMAIL])
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
    ...['/', '/users', profile].map((path, index) => ({
      name: `own-${['start', 'list', 'profile'][index]}`,
      open: (page: Page) => page.goto(own.address + path),
    })),
    {
      name: 'list-changed',
      needsScripts: true,
      open: async (page) => {
        await at('/users?dir=desc&size=25')(page)
        addPeople(sql, [NEWCOMER])
        page.once('close', () => sql.exec(`DELETE FROM "User" WHERE "id" = ${NEWCOMER.id}`))
        await page.getByRole('button', { name: 'Show' }).waitFor()
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
