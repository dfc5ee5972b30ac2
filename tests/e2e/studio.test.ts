import type { Page } from '@playwright/test'
import { freePort } from '../fixtures/free-port.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { expect, test } from './site-test.ts'

test('a change in Prisma Studio shows by itself and can be found', async ({ page, browser, site }) => {
  const port = await freePort()
  const command: [string, ...string[]] = ['npx', 'prisma', 'studio', '--browser', 'none', '--port', String(port)]
  const process = new RosterProcess({ command, env: { DATABASE_URL: site.url } })
  // Not the test's own page: Studio asks its maker's hosts for updates, which ours must not.
  const studio = await browser.newPage()
  try {
    await process.printed(/Prisma Studio is running/)
    await studio.goto(`http://localhost:${port}/#table=User&schema=main&view=table`)
    await page.goto('/user/profile/3')
    await expect(page.getByRole('definition').nth(1)).toHaveText('36')

    await change(studio, 'ada@example.com', 'age', '37')
    await expect.poll(() => site.sql.prepare('SELECT "age" FROM "User" WHERE "id" = 3').get()?.age).toBe(37)
    await expect(page.getByRole('definition').nth(1)).toHaveText('37')

    await change(studio, 'ada@example.com', 'username', 'Countess')
    await expect.poll(() => site.sql.prepare('SELECT "username" FROM "User" WHERE "id" = 3').get()?.username).toBe('Countess')
    await page.goto('/users?q=untes&age_min=37&age_max=37')
    await expect(page.getByRole('row').filter({ hasText: 'ada@example.com' })).toContainText('Countess')

    const answer = studio.waitForResponse((response) => /update "?User/i.test(response.request().postDataJSON()?.query?.sql ?? ''))
    await change(studio, 'ada@example.com', 'age', '151')
    expect(await (await answer).text()).toContain('constraint failed')
    expect(site.sql.prepare('SELECT "age" FROM "User" WHERE "id" = 3').get()?.age).toBe(37)
  } finally {
    // The other tests of this site know her by her name.
    site.sql.exec(`UPDATE "User" SET "username" = 'ada', "age" = 36 WHERE "id" = 3`)
    await studio.close()
    process.killGroup('SIGTERM')
    await process.exited()
  }
})

// Studio has a box to tick, and then the columns in the order of their names.
const CELLS = { age: 2, username: 4 }

async function change(studio: Page, email: string, column: keyof typeof CELLS, value: string): Promise<void> {
  await studio.getByRole('row', { name: email }).getByRole('cell').nth(CELLS[column]).dblclick()
  await studio.keyboard.press('ControlOrMeta+A')
  await studio.keyboard.type(value)
  await studio.keyboard.press('Enter')
  await studio.getByRole('button', { name: 'Save 1 row' }).click()
  await studio.getByRole('button', { name: 'yes, write to db' }).click()
}
