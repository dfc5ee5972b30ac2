// Over 200 lines: one site serves all of these tests; half of it is tables of requests.
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test as base, describe, expect } from 'vitest'
import { PAGE_BYTES } from '../../server/database/sqlite/sqlite.ts'
import { type Answer, httpGet } from '../fixtures/http-get.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => withSite(use),
    { scope: 'file' },
  ],
})

function get({ address }: Site, path: string, options: Parameters<typeof httpGet>[2] = {}): Promise<Answer> {
  return httpGet(address, path, options)
}

function logLines({ roster }: Site): Record<string, unknown>[] {
  return roster.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

function titleOf(document: string): string | undefined {
  return /<title>[^<]*<\/title>/.exec(document)?.[0]
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
  ])('is a page whatever its parameters: %s', async (path, { site }) => {
    let answer = await get(site, path)
    if (answer.status === 307) answer = await get(site, String(answer.headers.location))
    expect([200, 404]).toContain(answer.status)
    expect(answer.body).toContain('type="search"')
  })

  test('431 for one that is too long', async ({ site }) => {
    const { status, headers, body } = await get(site, `/users?q=${'x'.repeat(17_000)}`)
    expect([status, body]).toEqual([431, 'The URL and the headers of the request are longer than 16 kB together.\n'])
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', connection: 'close' })
  })

  test('answers the script that follows typing, too', async ({ site }) => {
    const first = await get(site, '/users?q=ada', { headers: { rsc: '1' } })
    const { status, headers, body } =
      first.status === 307 ? await get(site, String(first.headers.location), { headers: { rsc: '1' } }) : first
    expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'text/x-component' })
    expect(body).toContain('/user/profile/3?q=ada')
  })
})

describe('without SITE_URL and ROBOTS', () => {
  test.for([
    ['/', 200],
    ['/users', 200],
    ['/user/profile/1', 200],
    ['/user/profile/1.vcf', 200],
    ['/icon.svg', 200],
    ['/robots.txt', 200],
    ['/manifest.webmanifest', 200],
    ['/openapi.json', 200],
    ['/healthz', 200],
    ['/users/', 308],
    ['/users?size=50', 307],
    ['/%ff', 400],
    ['/nobody', 404],
    ['/opensearch.xml', 404],
  ] as const)('%s with status %i is not for search engines', async ([path, status], { site }) => {
    const answer = await get(site, path)
    expect({ status: answer.status, robots: answer.headers['x-robots-tag'] }).toEqual({ status, robots: 'noindex' })
    if (String(answer.headers['content-type']).startsWith('text/html'))
      expect(answer.body.match(/<meta name="robots" content="noindex"/g)).toHaveLength(1)
  })

  test('crawlers may come and read that', async ({ site }) => {
    expect((await get(site, '/robots.txt')).body).toBe('User-agent: *\nAllow: /\n')
  })

  test('no page has an address from the request', async ({ site }) => {
    for (const path of ['/', '/users', '/user/profile/1', '/openapi.json', '/user/profile/1.vcf']) {
      const { body } = await get(site, path, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } })
      expect(body).not.toMatch(/evil\.example|rel="canonical"|rel="search"/)
    }
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

  test.for(['/', '/users', '/user/profile/1', '/user/profile/99', '/nobody'])('allow only the scripts of %s', async (path, { site }) => {
    const { headers, body } = await get(site, path)
    const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1]
    const scripts = body.match(/<script\b[^>]*>/g) ?? []
    expect(scripts.length).toBeGreaterThan(0)
    for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`)
  })

  test.for([
    ['/healthz', 200],
    ['/readyz', 200],
    ['/users/', 308],
    ['/users?size=50', 307],
    ['/icon.svg', 200],
    ['/%ff', 400],
    ['/nowhere', 404],
  ] as const)('%s with status %i has a policy', async ([path, status], { site }) => {
    const answer = await get(site, path)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-security-policy']).toMatch(/^default-src '(none|self)'/)
  })

  test('a visitor cannot bring a policy of their own', async ({ site }) => {
    const { body } = await get(site, '/', { headers: { 'content-security-policy': "script-src 'nonce-chosen'" } })
    expect(body).not.toContain('chosen')
  })

  test('a harmless request id is kept, and any other is replaced', async ({ site }) => {
    expect((await get(site, '/', { headers: { 'x-request-id': 'proxy-7.a_b' } })).headers['x-request-id']).toBe('proxy-7.a_b')
    expect((await get(site, '/', { headers: { 'x-request-id': '"}{evil' } })).headers['x-request-id']).toMatch(/^[\da-f-]{36}$/)
  })
})

describe('a header or parameter for the hosting of Next', () => {
  test('shows no one but the person in the URL', async ({ site }) => {
    const plain = await get(site, '/user/profile/1')
    const headers = { 'x-matched-path': '/user/profile/2', 'x-nextjs-data': '1', 'x-middleware-rewrite': '/user/profile/2' }
    for (const { status, body } of [
      await get(site, '/user/profile/1?nxtPid=2'),
      await get(site, '/user/profile/1?nxtIid=2&id=2'),
      await get(site, '/user/profile/1', { headers }),
    ]) {
      expect(status).toBe(200)
      expect(titleOf(body)).toBe(titleOf(plain.body))
    }
  })
})

test.for(['/', '/users', '/user/profile/3', '/no-such-page'])('the scripts of %s are loaded once it is drawn', async (path, { site }) => {
  const { body } = await get(site, path)
  // Only those for old browsers are in a tag.
  expect([...body.matchAll(/<script [^>]*src=[^>]*>/g)].filter(([tag]) => !tag.includes('noModule'))).toEqual([])
  expect(body).not.toContain('as="script"')
  const [, sources = '[]'] = /for\(const src of (\[.+?\])\)/.exec(body) ?? []
  expect(JSON.parse(sources)).toContainEqual(expect.stringMatching(/^\/_next\/static\/chunks\/turbopack-.+\.js$/))
})

describe('a file of the build', () => {
  test('is cached forever, and is served compressed and in ranges', async ({ site }) => {
    const page = await get(site, '/users')
    const path = /\/_next\/static\/[^"]+\.js/.exec(page.body)?.[0] ?? ''
    const whole = await get(site, path)
    expect({ status: whole.status, control: whole.headers['cache-control'] }).toEqual({
      status: 200,
      control: 'public, max-age=31536000, immutable',
    })
    expect(whole.headers['content-security-policy']).toBeDefined()
    const compressed = await get(site, path, { headers: { 'accept-encoding': 'br;q=1, gzip' } })
    expect([compressed.headers['content-encoding'], compressed.headers.vary]).toEqual(['gzip', 'accept-encoding'])
    expect((await get(site, path, { headers: { 'accept-encoding': 'gzip;q=0' } })).headers['content-encoding']).toBeUndefined()
    const part = await get(site, path, { headers: { range: 'bytes=0-9', 'accept-encoding': 'gzip' } })
    expect({ status: part.status, body: part.body }).toEqual({ status: 206, body: whole.body.slice(0, 10) })
    expect((await get(site, path, { headers: { range: 'bytes=99999999-' } })).status).toBe(416)
    expect((await get(site, path, { headers: { 'if-none-match': String(whole.headers.etag) } })).status).toBe(304)
  })

  test.for([
    '/_next/static/chunks/none.js',
    '/_next/static',
    '/_next/static/../../package.json',
    '/_next/static/..%2FBUILD_ID',
    '/public/icon.svg',
  ])('is not anything else: 404 for %s', async (path, { site }) => {
    expect((await get(site, path)).status).toBe(404)
  })
})

describe('a tag', () => {
  const TAGGED = ['/', '/users', '/users?q=ada', '/users?size=0&q=ada', '/users?page=99', '/user/profile/3', '/user/profile/99']

  test.for(TAGGED)('belongs to what %s shows, and saves rendering it again', async (path, { site }) => {
    const { headers, body } = await get(site, path)
    expect(headers).toMatchObject({
      'cache-control': 'public, max-age=0, s-maxage=1, must-revalidate',
      vary: expect.stringContaining('rsc'),
    })
    const again = await get(site, path, { headers: { 'if-none-match': String(headers.etag) } })
    expect(again).toMatchObject({ status: 304, body: '', headers: { etag: headers.etag } })
    // A browser keeps the stored page's scripts and takes the policy from this answer.
    expect(again.headers['content-security-policy']).toBe(headers['content-security-policy'])
    expect(body).toContain(/nonce-([^']+)/.exec(String(again.headers['content-security-policy']))?.[1])
  })

  test.for(['/', '/users', '/users?q=ada', '/user/profile/3'])('changes as soon as %s shows something else', async (path, { site }) => {
    const before = (await get(site, path)).headers
    site.sql.exec(
      `UPDATE "User" SET "age" = 37 WHERE "id" = 3; INSERT INTO "User" ("username", "email") VALUES ('adam', 'adam@example.com')`,
    )
    try {
      const after = await get(site, path, { headers: { 'if-none-match': String(before.etag) } })
      expect(after.status).toBe(200)
      expect(after.headers.etag).not.toBe(before.etag)
      expect(after.headers['content-security-policy']).not.toBe(before['content-security-policy'])
    } finally {
      site.sql.exec(`UPDATE "User" SET "age" = 36 WHERE "id" = 3; DELETE FROM "User" WHERE "username" = 'adam'`)
    }
    expect((await get(site, path)).headers.etag).toBe(before.etag)
  })

  test.for(TAGGED)('of %s is in it and in its data, so that the open page can ask for changes', async (path, { site }) => {
    const { headers, body } = await get(site, path)
    const tag = /"(.+)"/.exec(String(headers.etag))?.[1] ?? 'none'
    expect(body).toContain(tag)
    const data = await get(site, `${path}${path.includes('?') ? '&' : '?'}_rsc=1a2b`, { headers: { rsc: '1' } })
    expect({ status: data.status, type: data.headers['content-type'] }).toEqual({ status: 200, type: 'text/x-component' })
    expect(data.body).toContain(tag)
  })

  test('of a page differs from that of its data', async ({ site }) => {
    const page = (await get(site, '/users?q=ada')).headers.etag
    const rsc = await get(site, '/users?q=ada', { headers: { rsc: '1', 'if-none-match': String(page) } })
    expect(rsc.headers.etag).not.toBe(page)
    const again = await get(site, String(rsc.headers.location ?? '/users?q=ada'), { headers: { rsc: '1' } })
    expect((await get(site, '/users?q=ada', { headers: { rsc: '1' } })).headers.etag ?? again.headers.etag).not.toBe(page)
  })

  test.for(['/nobody', '/users/', '/users?page=1'])('is not sent for %s', async (path, { site }) => {
    expect((await get(site, path)).headers.etag).toBeUndefined()
  })
})

describe('health', () => {
  test('/healthz is ok when the process is up, /readyz when pages can be served', async ({ site }) => {
    expect(await get(site, '/healthz')).toMatchObject({ status: 200, body: 'ok\n', headers: { 'cache-control': 'no-store' } })
    expect(await get(site, '/readyz')).toMatchObject({ status: 200, body: 'ready\n' })
  })

  test.for([
    ['ALTER TABLE "User" RENAME TO "Away"', 'ALTER TABLE "Away" RENAME TO "User"', /schema of the database.*User/],
    [
      `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at") VALUES ('x', 'x', '29990101000000_later', 1)`,
      `DELETE FROM "_prisma_migrations" WHERE "id" = 'x'`,
      /newer release.*29990101000000_later/,
    ],
  ] as const)('/readyz answers 503 with the reason after %s', async ([fault, remedy, reason], { site }) => {
    site.sql.exec(fault)
    try {
      const { status, headers, body } = await get(site, '/readyz')
      expect({ status, type: headers['content-type'] }).toEqual({ status: 503, type: 'application/problem+json' })
      expect(JSON.parse(body)).toEqual({
        type: 'about:blank',
        title: 'Service Unavailable',
        status: 503,
        detail: expect.stringMatching(reason),
      })
      expect((await get(site, '/healthz')).status).toBe(200)
    } finally {
      site.sql.exec(remedy)
    }
    expect((await get(site, '/readyz')).status).toBe(200)
  })

  test('/readyz answers 503 while the database file is missing', async ({ site }) => {
    renameSync(site.file, `${site.file}.away`)
    try {
      expect(JSON.parse((await get(site, '/readyz')).body).detail).toBe('the database file does not exist')
    } finally {
      renameSync(`${site.file}.away`, site.file)
    }
    expect((await get(site, '/readyz')).status).toBe(200)
  })

  test('/readyz answers 503 when a page of the database that lists need is damaged', async ({ site }) => {
    const { rootpage } = site.sql.prepare(`SELECT "rootpage" FROM "sqlite_schema" WHERE "name" = 'UserAgeCount'`).get() ?? {}
    const place = Number(rootpage) - 1
    const saved = join(dirname(site.file), 'page')
    // By another process: to close the file here would drop the locks of the connection that is open.
    const copyPage = (...operands: string[]) =>
      execFileSync('dd', ['count=1', 'conv=notrunc', 'status=none', `bs=${PAGE_BYTES}`, ...operands])
    // The server's connection reads the file anew after it. No age changes, so that the damaged page is not written.
    const commit = () => site.sql.exec(`UPDATE "User" SET "age" = "age" WHERE "id" = 1; PRAGMA wal_checkpoint(TRUNCATE)`)
    commit()
    copyPage(`if=${site.file}`, `skip=${place}`, `of=${saved}`)
    copyPage('if=/dev/zero', `of=${site.file}`, `seek=${place}`)
    commit()
    try {
      expect((await get(site, '/users')).status).toBe(503)
      expect(JSON.parse((await get(site, '/readyz')).body).detail).toBe(
        'a worker cannot read the database: database disk image is malformed',
      )
    } finally {
      copyPage(`if=${saved}`, `of=${site.file}`, `seek=${place}`)
      commit()
    }
    expect((await get(site, '/readyz')).status).toBe(200)
  })

  test('metrics are not served to the public', async ({ site }) => {
    expect((await get(site, '/metrics')).status).toBe(404)
  })
})

test('every request is one line of JSON, without the search', async ({ site }) => {
  await get(site, '/users?q=secret-search', { headers: { 'x-request-id': 'line-1' } })
  const [line] = await site.roster.printed(/.*"requestId":"line-1".*/)
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    worker: 1,
    requestId: 'line-1',
    method: 'GET',
    path: '/users',
    status: 200,
    bytes: expect.any(Number),
    ms: expect.any(Number),
    cache: 'rendered',
    msg: 'GET /users 200',
  })
  expect(site.roster.stdout).not.toContain('secret-search')
})

test('markup in a name stays text', async ({ site }) => {
  const { body } = await get(site, '/user/profile/9')
  expect(body).toContain('&lt;b&gt;bold&lt;/b&gt;')
  expect(body).not.toContain('<b>bold')
})

describe('a database fault', () => {
  test.for(['/', '/users', '/users?q=ada', '/user/profile/1'])('is a 503 page and a log line for %s', async (path, { site }) => {
    site.sql.exec('ALTER TABLE "User" RENAME TO "Away"; ALTER TABLE "UserAgeCount" RENAME TO "AwayAgeCount"')
    try {
      for (const headers of [{}, { 'accept-encoding': 'gzip' }]) {
        const answer = await get(site, path, { headers: { ...headers, 'x-request-id': 'fault-1' } })
        expect(answer.status).toBe(503)
        expect(answer.headers['retry-after']).toBe('5')
        expect(answer.body).toContain('The directory cannot be read right now')
        expect(answer.body).toContain('fault-1')
        expect(answer.body).not.toMatch(/no such table|prisma|\bat /i)
        expect(answer.headers['cache-control']).toContain('no-store')
        expect(answer.headers['content-security-policy']).toContain("default-src 'none'")
      }
      // One line for each fault, however many pages fail because of it.
      const lines = logLines(site).filter(({ requestId }) => requestId === 'fault-1')
      const faults = lines.filter(({ level }) => level === 'error').map(({ msg }) => msg)
      expect(faults.length).toBeGreaterThan(0)
      expect(new Set(faults).size).toBe(faults.length)
      for (const fault of faults) expect(fault).toMatch(/^The database cannot be read: (no such table|The table .* does not exist)/)
      expect(lines).toContainEqual(expect.objectContaining({ level: 'info', status: 503 }))
    } finally {
      site.sql.exec('ALTER TABLE "AwayAgeCount" RENAME TO "UserAgeCount"; ALTER TABLE "Away" RENAME TO "User"')
    }
    expect((await get(site, path)).status).toBe(200)
  })
})
