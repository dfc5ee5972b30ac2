// What becomes of a person who is removed: on pages, in data, and in the pages that nginx has on its disk.
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabase } from '../fixtures/create-database.ts'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { installRoster } from '../fixtures/install-roster.ts'
import { addPeople, NAMED_PEOPLE } from '../fixtures/named-people.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { startNginx } from '../fixtures/start-nginx.ts'
import { startWorkers } from '../fixtures/start-workers.ts'

const FORGOTTEN = { id: 77, username: 'zqxforgotten', email: 'zqxforgotten@example.com', age: 111 }
const PAGES = [
  '/',
  '/users',
  '/users?sort=username',
  '/users?sort=age&dir=desc',
  '/users?q=example',
  '/user/profile/77',
  '/user/profile/77?page=1',
]
const VARIANTS = [{}, { rsc: '1' }, { 'accept-encoding': 'gzip' }]
const DATA = ['/users.csv', '/users.json', '/users.ndjson', '/users.vcf', '/user/profile/77.json', '/user/profile/77.vcf']

/** A site behind nginx, whose pages have been asked for and stored; nginx removes them when nobody asks for `inactive`. */
async function startVisitedSite(inactive: string) {
  const root = mkdtempSync(join(tmpdir(), 'roster-test-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  // For nginx's user.
  chmodSync(root, 0o755)
  installRoster(root)
  relocateFiles([join(root, 'etc/nginx/conf.d/roster.conf')], [['inactive=12h', `inactive=${inactive}`]])
  const { url, sql } = createDatabase(root)
  onTestFinished(() => sql.close())
  addPeople(sql, [...NAMED_PEOPLE, FORGOTTEN])
  const workers = await startWorkers({ url }, root)
  onTestFinished(() => workers.stop())
  const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() })
  onTestFinished(() => nginx.stop())
  const { address } = nginx
  const visit = async () => {
    for (const path of PAGES) for (const headers of VARIANTS) await httpGet(address, path, { headers })
  }
  await visit()
  const cache = join(root, 'cache')
  // Without the drafts, which nginx renames.
  const listStored = () =>
    readdirSync(cache, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /^[\da-f]{32}$/.test(entry.name))
      .map(({ parentPath, name }) => join(parentPath, name))
  const findStored = () => listStored().filter((file) => readFileSync(file, 'latin1').includes(FORGOTTEN.username))
  const forget = () => sql.exec('DELETE FROM "User" WHERE "id" = 77')
  return { address, visit, forget, listStored, findStored }
}

test('a removed person is nowhere at once, and out of nginx as soon as somebody asks for the page again', {
  timeout: 120_000,
}, async () => {
  const { address, visit, forget, findStored } = await startVisitedSite('12h')
  expect(findStored().length).toBeGreaterThanOrEqual(PAGES.length)
  forget()
  // The second in which nginx may answer by itself.
  await expect.poll(async () => (await httpGet(address, '/user/profile/77')).status, { timeout: 2_000 }).toBe(404)
  await expect.poll(async () => (await httpGet(address, '/users')).body, { timeout: 2_000 }).toContain('10 people in all')
  await expect.poll(async () => (await httpGet(address, '/users?q=zqxforgotten')).body, { timeout: 2_000 }).toContain('No one matches')
  for (const path of DATA) {
    const { status, body } = await httpGet(address, path)
    expect([path, status]).toEqual([path, path.includes('profile') ? 404 : 200])
    expect(body).not.toContain(FORGOTTEN.username)
  }
  await visit()
  // nginx puts a file into its place after it has answered. The address of the search above has the name.
  await expect.poll(() => findStored().filter((file) => !readFileSync(file, 'latin1').includes('q=zqxforgotten'))).toEqual([])
})

test('stored pages that nobody asks for any more are removed', { timeout: 120_000 }, async () => {
  const { forget, listStored } = await startVisitedSite('1s')
  forget()
  // nginx looks every ten seconds.
  await expect.poll(listStored, { timeout: 30_000, interval: 200 }).toEqual([])
})
