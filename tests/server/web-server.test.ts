import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test as base, describe, expect } from 'vitest'
import { createDatabase, type TestDatabase } from '../fixtures/create-database.ts'
import { addNamedPeople } from '../fixtures/named-people.ts'
import { RosterProcess } from '../fixtures/roster-process.ts'

type Site = TestDatabase & { roster: RosterProcess; address: string }

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'roster-test-'))
      const database = createDatabase(folder)
      addNamedPeople(database.sql)
      const roster = new RosterProcess({ env: { DATABASE_URL: database.url } })
      await use({ ...database, roster, address: await roster.address() })
      await roster.stop()
      database.sql.close()
      rmSync(folder, { recursive: true })
    },
    { scope: 'file' },
  ],
})

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; body: string }

/** One request with the path as it is: `fetch` would tidy it first. */
function get({ address }: Site, path: string, { method = 'GET', headers = {} } = {}): Promise<Answer> {
  const { hostname, port } = new URL(address)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
      .on('error', reject)
      .end()
  })
}

describe('status', () => {
  test.for([
    '/',
    '/users',
    '/users?q=ada&sort=age&dir=desc',
    '/user/profile/1',
    '/favicon.ico',
    '/icon.svg',
    '/manifest.webmanifest',
    '/robots.txt',
  ])('200 for %s', async (path, { site }) => {
    expect((await get(site, path)).status).toBe(200)
  })

  test.for([
    '99',
    '0',
    '-1',
    '+1',
    '01',
    '1.5',
    'abc',
    '1e3',
    '2147483648',
    '9007199254740991',
    '9007199254740993',
    '1%20',
    '%00',
    '1%2F2',
  ])('404 with a search for /user/profile/%s', async (id, { site }) => {
    const { status, body } = await get(site, `/user/profile/${id}`)
    expect(status).toBe(404)
    expect(body).toContain('type="search"')
  })

  test.for([
    '/nobody',
    '/user',
    '/user/profile',
    '/USERS',
    '/users/1',
    '/users?page=2',
    '/%25zz',
    '/.env',
    '/_next/image?url=%2Ficon-512.png&w=640&q=75',
  ])('404 for %s', async (path, { site }) => {
    expect((await get(site, path)).status).toBe(404)
  })

  test.for([
    ['/users/', '/users'],
    ['//users', '/users'],
    ['/user//profile/%31/', '/user/profile/1'],
    ['/users/?q=a', '/users?q=a'],
    ['//evil.example/', '/evil.example'],
    ['/\\evil.example/', '/%5Cevil.example'],
  ] as const)('308 from %s to %s', async ([path, location], { site }) => {
    const { status, headers } = await get(site, path)
    expect({ status, location: headers.location }).toEqual({ status: 308, location })
  })

  test.for(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('405 for %s', async (method, { site }) => {
    const { status, headers } = await get(site, '/users', { method })
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
  })

  test('400 for an address that is no path', async ({ site }) => {
    expect((await get(site, 'http://elsewhere.example/users')).status).toBe(400)
  })

  test('HEAD is GET without a body', async ({ site }) => {
    const { status, headers, body } = await get(site, '/user/profile/1', { method: 'HEAD' })
    expect({ status, type: headers['content-type'], body }).toEqual({ status: 200, type: 'text/html; charset=utf-8', body: '' })
  })
})

describe('the address of a list', () => {
  test.for([
    ['/users?q=&age_min=&age_max=', '/users'],
    ['/users?page=1&size=50&sort=id&dir=asc', '/users'],
    ['/users?sort=age&q=ada', '/users?q=ada&sort=age'],
    ['/users?q=%20ada%00%E2%80%8F', '/users?q=ada'],
    ['/users?q=ada&utm_source=elsewhere', '/users?q=ada'],
  ] as const)('307 from %s to %s', async ([path, location], { site }) => {
    const { status, headers } = await get(site, path)
    expect({ status, location: headers.location }).toEqual({ status: 307, location })
    expect((await get(site, location)).status).toBe(200)
  })

  test.for([
    '/users?q=a&q=b',
    '/users?q[]=a&q[]=b',
    '/users?page=2&page=3',
    '/users?page=1e9',
    '/users?page=-1',
    '/users?page=999999999',
    '/users?page=9007199254740993',
    '/users?size=0',
    '/users?size=25&size=50',
    '/users?sort=__proto__&dir=constructor',
    '/users?__proto__=a&__proto__=b',
    '/users?constructor=a&toString=b&hasOwnProperty=c',
    '/users?age_min=40&age_max=39',
    '/users?age_min=-1&age_max=1e3',
    '/users?age=none',
    '/users?q=%00',
    '/users?q=%ED%A0%80',
    '/users?q=%FF%FE',
    '/users?q=%E2%80%AE%E2%80%8F%D9%81',
    '/users?q=%25_%5C%22%27%3B--',
    '/users?q=a%20b%20c%20d%20e%20f%20g%20h%20i%20j%20k',
    `/users?q=${'x'.repeat(10_000)}`,
    `/users?${'q=x&'.repeat(2_000)}`,
    '/users?q=%zz&sort=%',
    '/users?&&==&=x',
  ])('is a page whatever it asks for: %s', async (path, { site }) => {
    let answer = await get(site, path)
    if (answer.status === 307) answer = await get(site, String(answer.headers.location))
    expect([200, 404]).toContain(answer.status)
    expect(answer.body).toContain('type="search"')
  })

  test('431 for one that is too long', async ({ site }) => {
    expect((await get(site, `/users?q=${'x'.repeat(17_000)}`)).status).toBe(431)
  })

  test('is for search engines where it is a page of everybody, not a search', async ({ site }) => {
    expect((await get(site, '/users')).body).not.toContain('noindex')
    for (const path of ['/users?q=ada', '/users?sort=age', '/users?size=25', '/users?age=unknown']) {
      expect((await get(site, path)).body).toContain('<meta name="robots" content="noindex"')
    }
  })

  test('answers the script that follows typing as well', async ({ site }) => {
    const first = await get(site, '/users?q=ada', { headers: { rsc: '1' } })
    const { status, headers, body } =
      first.status === 307 ? await get(site, String(first.headers.location), { headers: { rsc: '1' } }) : first
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/x-component' })
    expect(body).toContain('/user/profile/3?q=ada')
  })
})

describe('headers', () => {
  test.for(['/', '/users', '/user/profile/99', '/users/', '/favicon.ico'])('keep a browser strict on %s', async (path, { site }) => {
    const { headers } = await get(site, path)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(headers['x-powered-by']).toBeUndefined()
  })

  test.for(['/', '/users', '/user/profile/1', '/user/profile/99', '/nobody'])('allow just the scripts of %s', async (path, { site }) => {
    const { headers, body } = await get(site, path)
    const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
    const scripts = body.match(/<script\b[^>]*>/g) ?? []
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`)
    expect((await get(site, path)).headers['content-security-policy']).not.toContain(nonce)
  })

  test('a visitor can not bring a policy of their own', async ({ site }) => {
    const { body } = await get(site, '/', { headers: { 'content-security-policy': "script-src 'nonce-chosen'" } })
    expect(body).not.toContain('chosen')
  })

  test('a request id is kept where it is harmless, and made where it is not', async ({ site }) => {
    expect((await get(site, '/', { headers: { 'x-request-id': 'proxy-7.a_b' } })).headers['x-request-id']).toBe('proxy-7.a_b')
    expect((await get(site, '/', { headers: { 'x-request-id': '"}{evil' } })).headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
  })
})

test('markup in a name stays text', async ({ site }) => {
  const { body } = await get(site, '/user/profile/9')
  expect(body).toContain('&lt;b&gt;bold&lt;/b&gt;')
  expect(body).not.toContain('<b>bold')
})

describe('a database fault', () => {
  test.for(['/', '/users', '/users?q=ada', '/user/profile/1'])('is a page that says so and a log line for %s', async (path, { site }) => {
    site.sql.exec('ALTER TABLE "User" RENAME TO "Away"; ALTER TABLE "UserAgeCount" RENAME TO "AwayAgeCount"')
    try {
      for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
        const answer = await get(site, path, { headers: { ...headers, 'x-request-id': 'fault-1' } })
        expect(answer.status).toBe(500)
        expect(answer.body).toContain('Something is wrong on our side')
        expect(answer.body).toContain('fault-1')
        expect(answer.body).not.toMatch(/no such table|prisma|\bat /i)
        expect(answer.headers['cache-control']).toContain('no-store')
        expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
      }
      expect(site.roster.stderr).toMatch(/"requestId":"fault-1".*"status":500/)
    } finally {
      site.sql.exec('ALTER TABLE "AwayAgeCount" RENAME TO "UserAgeCount"; ALTER TABLE "Away" RENAME TO "User"')
    }
    expect((await get(site, path)).status).toBe(200)
  })
})
