import type { Page } from '@playwright/test'
import { freePort } from '../fixtures/free-port.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { expect, test } from './site-test.ts'

test('an age changed in Prisma Studio is on the profile page at the next reload', async ({ page, browser, site }) => {
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

    await changeAge(studio, 'ada@example.com', '37')
    await expect.poll(() => site.sql.prepare('SELECT "age" FROM "User" WHERE "id" = 3').get()?.age).toBe(37)
    await page.reload()
    await expect(page.getByRole('definition').nth(1)).toHaveText('37')

    const answer = studio.waitForResponse((response) => /update "?User/i.test(response.request().postDataJSON()?.query?.sql ?? ''))
    await changeAge(studio, 'ada@example.com', '151')
    expect(await (await answer).text()).toContain('constraint failed')
    expect(site.sql.prepare('SELECT "age" FROM "User" WHERE "id" = 3').get()?.age).toBe(37)
  } finally {
    await studio.close()
    process.killGroup('SIGTERM')
    await process.exited()
  }
})

async function changeAge(studio: Page, email: string, age: string): Promise<void> {
  await studio.getByRole('row', { name: email }).getByRole('cell').nth(2).dblclick()
  await studio.keyboard.press('ControlOrMeta+A')
  await studio.keyboard.type(age)
  await studio.keyboard.press('Enter')
  await studio.getByRole('button', { name: 'Save 1 row' }).click()
  await studio.getByRole('button', { name: 'yes, write to db' }).click()
}
