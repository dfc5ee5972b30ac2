// How many expensive searches at once affect other visitors, without a web server in front that limits them.
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fillUp } from '../../server/database/sqlite/seed.ts'
import { createDatabase } from '../fixtures/create-database.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'
import { lastingFolder } from '../fixtures/temporary-database.ts'

const PEOPLE = 20_000
const SEARCHES = 600

let folder: string
let roster: RosterProcess
let address: string

beforeAll(async () => {
  folder = lastingFolder()
  const { sql, url } = createDatabase(folder)
  for (const _ of fillUp(sql, PEOPLE));
  sql.close()
  roster = new RosterProcess({ env: { DATABASE_URL: url, LOG_FORMAT: 'json' } })
  address = await roster.address()
})

afterAll(async () => {
  await roster.stop()
  rmSync(folder, { recursive: true })
})

/** The path of a search that matches many people, another one for each `number`. */
function search(number: number): string {
  return `/users?q=example+${'aeiou'[number % 5]}&sort=email&age_min=${1 + (number % 20)}&age_max=${60 + (number % 90)}&size=100`
}

function logLines(): Record<string, unknown>[] {
  return roster.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

test('searches that cannot be served soon are refused, the others are served, and a profile comes in between', async () => {
  const asked = Array.from({ length: SEARCHES }, (_, number) => httpGet(address, search(number)))
  const profile = await httpGet(address, '/user/profile/7')
  const ready = await httpGet(address, '/readyz')
  const answers = await Promise.all(asked)

  expect(profile.status).toBe(200)
  expect(ready.status).toBe(200)
  const served = answers.filter(({ status }) => status === 200)
  const refused = answers.filter(({ status }) => status === 503)
  expect(served.length).toBeGreaterThan(0)
  expect(refused.length).toBeGreaterThan(0)
  expect(served.length + refused.length).toBe(SEARCHES)
  for (const { body } of served) expect(body).toContain('</html>')
  for (const { headers, body } of refused) {
    expect(headers).toMatchObject({ 'retry-after': '2', 'cache-control': 'no-store' })
    expect(headers).not.toHaveProperty('etag')
    expect(headers).not.toHaveProperty('x-accel-expires')
    expect(body).toContain('Roster is busy')
  }
  expect(logLines().filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([])
  // Afterwards, every search is served again.
  expect((await httpGet(address, search(SEARCHES))).status).toBe(200)
})

test('requests for the same page at the same time all get the same answer', async () => {
  const path = '/users?q=example+o&sort=username&size=25'
  const answers = await Promise.all(Array.from({ length: 50 }, () => httpGet(address, path)))
  const [first] = answers
  expect(first?.status).toBe(200)
  for (const { status, headers, body } of answers) {
    expect(status).toBe(200)
    expect(headers.etag).toBe(first?.headers.etag)
    expect(body).toBe(first?.body)
  }
  // But each has the id of its own request.
  expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(50)
})

test('requests whose visitor has gone are dropped', async () => {
  const { hostname, port } = new URL(address)
  const ids = Array.from({ length: 40 }, (_, number) => `gone-${number}`)
  for (const [number, id] of ids.entries()) {
    const visitor = request({ hostname, port, path: search(number), headers: { 'x-request-id': id }, agent: false })
    visitor.on('error', () => {})
    visitor.end(() => setImmediate(() => visitor.destroy()))
  }
  const lines = () => logLines().filter(({ requestId }) => ids.includes(String(requestId)))
  await expect.poll(() => lines().length, { timeout: 20_000 }).toBe(ids.length)
  // Before the server noticed, some were refused, and one or two rendered.
  expect(lines().filter(({ cache }) => cache === 'rendered').length).toBeLessThan(ids.length / 2)
  expect((await httpGet(address, '/user/profile/7')).status).toBe(200)
})
