// Over 200 lines: the same tests for nginx, Apache and lighttpd.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { test as base, describe, expect, vi } from 'vitest'
import { httpGet } from '../fixtures/http-get.ts'
import { installedFile } from '../fixtures/install-roster.ts'
import { type InstalledSite, startInstalledSite } from '../fixtures/installed-site.ts'

const test = base.extend<{ $file: { site: InstalledSite } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const site = await startInstalledSite()
      await use(site)
      await site.stop()
    },
    { scope: 'file' },
  ],
})

const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** The URL path of a script of the build, and its content. */
function findScript({ root }: InstalledSite): { path: string; content: Buffer } {
  const folder = installedFile(root, '.next/static/chunks')
  const name = readdirSync(folder).find((each) => each.endsWith('.js'))
  if (name === undefined) throw new Error(`no script in ${folder}`)
  return { path: `/_next/static/chunks/${name}`, content: readFileSync(join(folder, name)) }
}

describe.each(['nginx', 'apache', 'lighttpd'] as const)('%s', (name) => {
  test.for([
    '/',
    '/users',
    '/users?q=ada',
    '/user/profile/1',
    '/healthz',
    '/icon.svg',
    '/favicon.ico',
    '/robots.txt',
    '/manifest.webmanifest',
  ])('200 for %s, whichever worker is dead', async (path, { site }) => {
    // So that the dead worker gets a request as well.
    for (let turn = 0; turn < 3; turn += 1) expect((await httpGet(site.servers[name].address, path)).status).toBe(200)
  })

  test.for(['/nobody', '/user/profile/99', '/.env', '/user/profile/1%2F2'])('404 with a search for %s', async (path, { site }) => {
    const { status, body } = await httpGet(site.servers[name].address, path)
    expect(status).toBe(404)
    expect(body).toContain('type="search"')
  })

  test.for(['/readyz', '/metrics', '/readyz/', '/%72eadyz', '/metrics?x', '/_roster/unavailable.html', '/_roster/503.html'])(
    '404 for %s, which is not for the public',
    async (path, { site }) => {
      const { status, body } = await httpGet(site.servers[name].address, path)
      expect(status).toBe(404)
      expect(body).not.toMatch(/ready|roster_|process_|Back in a moment/)
    },
  )

  test.for([
    ['/users/', 308, '/users'],
    ['/users?sort=age&q=ada', 307, '/users?q=ada&sort=age'],
    ['/\\elsewhere.example/', 308, '/%5Celsewhere.example'],
  ] as const)('%s answers %i to %s', async ([path, status, location], { site }) => {
    const answer = await httpGet(site.servers[name].address, path)
    expect({ status: answer.status, location: answer.headers.location }).toEqual({ status, location })
  })

  test.for(['/users', '/user/profile/1', '/icon.svg', '/_next/static/chunks/none.js'])(
    '405 from the app for POST %s',
    async (path, { site }) => {
      const { status, headers } = await httpGet(site.servers[name].address, path, {
        method: 'POST',
        headers: { 'content-length': '3' },
        body: 'a=b',
      })
      expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD' })
    },
  )

  test('the body of one request is never read as the start of another', async ({ site }) => {
    const { address } = site.servers[name]
    for (const path of ['/users', '/icon.svg', '/users', '/icon.svg']) {
      const body = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'
      expect((await httpGet(address, path, { method: 'POST', body })).status).toBe(405)
      expect((await httpGet(address, '/user/profile/1')).status).toBe(200)
    }
  })

  test('HEAD is GET without a body', async ({ site }) => {
    for (const path of ['/user/profile/1', findScript(site).path]) {
      const { status, headers, body } = await httpGet(site.servers[name].address, path, { method: 'HEAD' })
      expect({ status, body }).toEqual({ status: 200, body: '' })
      expect(headers['content-type']).toMatch(/html|javascript/)
    }
  })

  test('a page is gzipped for clients that accept gzip, and uncompressed for others', async ({ site }) => {
    const { address } = site.servers[name]
    const compressed = await httpGet(address, '/user/profile/3', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    const plain = await httpGet(address, '/user/profile/3')
    expect([compressed.headers['content-encoding'], plain.headers['content-encoding']]).toEqual(['gzip', undefined])
    expect(gunzipSync(compressed.bytes).toString()).toBe(plain.body)
    expect(plain.body).toContain('ada@example.com')
    expect(compressed.headers.vary?.toLowerCase()).toContain('accept-encoding')
  })

  test('a page that the browser has cached gets 304', async ({ site }) => {
    const { address } = site.servers[name]
    const { headers } = await httpGet(address, '/users')
    // HEAD is how an open page asks whether it has changed.
    for (const method of ['GET', 'HEAD']) {
      const again = await httpGet(address, '/users', { method, headers: { 'if-none-match': String(headers.etag) } })
      expect({ status: again.status, etag: again.headers.etag, body: again.body }).toEqual({ status: 304, etag: headers.etag, body: '' })
      expect(again.headers['content-security-policy']).toBe(headers['content-security-policy'])
    }
    expect(headers['cache-control']).toContain('max-age=0')
  })

  test('a page that has changed has another tag for HEAD, that of its GET', async ({ site }) => {
    const { address } = site.servers[name]
    const acceptEncoding = { 'accept-encoding': 'gzip, deflate, br, zstd' }
    const head = await httpGet(address, '/users', { method: 'HEAD', headers: { ...acceptEncoding, 'if-none-match': 'W/"a.b.c"' } })
    const { headers } = await httpGet(address, '/users', { headers: acceptEncoding })
    expect({ status: head.status, etag: head.headers.etag }).toEqual({ status: 200, etag: headers.etag })
  })

  test('a click in the browser gets data, not a page', async ({ site }) => {
    const { headers } = await httpGet(site.servers[name].address, '/users?_rsc', { headers: { rsc: '1' } })
    expect(headers['content-type']).toBe('text/x-component')
  })

  test('a script of the build is cached for a year and compressed', async ({ site }) => {
    const { path, content } = findScript(site)
    const { address } = site.servers[name]
    const plain = await httpGet(address, path)
    const gzip = await httpGet(address, path, { headers: { 'accept-encoding': 'gzip' } })
    const brotli = await httpGet(address, path, { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    expect([plain.headers['content-encoding'], gzip.headers['content-encoding'], brotli.headers['content-encoding']]).toEqual([
      undefined,
      'gzip',
      'br',
    ])
    expect(plain.bytes.equals(content)).toBe(true)
    expect(gunzipSync(gzip.bytes).equals(content)).toBe(true)
    expect(brotliDecompressSync(brotli.bytes).equals(content)).toBe(true)
    for (const { headers } of [plain, gzip, brotli]) {
      expect(headers['cache-control']).toContain('max-age=31536000')
      expect(headers['content-type']).toMatch(/^(text|application)\/javascript/)
    }
    for (const { headers } of [gzip, brotli]) expect(headers.vary).toBe('Accept-Encoding')
    const again = await httpGet(address, path, { headers: { 'if-none-match': String(plain.headers.etag) } })
    expect(again.status).toBe(304)
  })

  test('the list as data is not stored, and errors are for programs', async ({ site }) => {
    for (const { address } of Object.values(site.servers)) {
      const list = await httpGet(address, '/users.csv?q=grace')
      expect(list.body).toBe('id,username,email,age\r\n4,Grace,grace@example.org,85\r\n')
      const { headers } = await httpGet(address, '/users.csv?q=grace', { headers: { 'if-none-match': String(list.headers.etag) } })
      expect(headers.etag).toBe(list.headers.etag)
      const wrong = await httpGet(address, '/user/profile/99.json')
      expect({ status: wrong.status, type: wrong.headers['content-type'] }).toEqual({ status: 404, type: 'application/problem+json' })
    }
  })

  test('a missing script is not cached', async ({ site }) => {
    const { status, headers } = await httpGet(site.servers[name].address, '/_next/static/chunks/none.js')
    expect(status).toBe(404)
    expect(headers['cache-control'] ?? '').not.toMatch(/max-age=[1-9]/)
  })

  test('icons and the manifest have their types and are cached for an hour', async ({ site }) => {
    for (const [path, type] of [
      ['/icon.svg', 'image/svg+xml'],
      ['/favicon.ico', 'image/x-icon'],
      ['/manifest.webmanifest', 'application/manifest+json'],
      ['/openapi.json', 'application/json'],
    ] as const) {
      const { headers } = await httpGet(site.servers[name].address, path)
      expect(headers['content-type']?.replace('vnd.microsoft.icon', 'x-icon')).toContain(type)
      expect(headers['cache-control']).toContain('max-age=3600')
    }
  })

  test('no answer is for search engines', async ({ site }) => {
    const { address } = site.servers[name]
    const paths = ['/', '/users', '/nobody', '/users/', '/icon.svg', '/robots.txt', '/openapi.json', '/users.csv', '/readyz']
    for (const path of [...paths, findScript(site).path, '/_next/static/chunks/none.js'])
      expect([path, (await httpGet(address, path)).headers['x-robots-tag']]).toEqual([path, 'noindex'])
  })

  test.for(['/', '/nobody', '/users/', '/icon.svg', '/readyz', '/_next/static/chunks/none.js'])(
    '%s has each security header once',
    async (path, { site }) => {
      const { headers } = await httpGet(site.servers[name].address, path)
      // Node joins repeated headers with a comma.
      expect(headers).toMatchObject(SECURITY_HEADERS)
      expect(headers['content-security-policy'] ?? '').not.toContain(', ')
      expect(headers['strict-transport-security']).toBeUndefined()
    },
  )

  test('a request is logged as JSON by its id, with the address of the visitor and without the query', async ({ site }) => {
    const server = site.servers[name]
    const { headers } = await httpGet(server.address, '/users?q=grace', {
      headers: { 'x-forwarded-for': '192.0.2.1, 203.0.113.9', 'user-agent': 'a "browser" \\' },
    })
    const line = await server.logLine(String(headers['x-request-id']))
    expect(line).toMatchObject({ address: '203.0.113.9', method: 'GET', path: '/users', status: 200, agent: 'a "browser" \\' })
    expect(JSON.stringify(line)).not.toContain('grace')
  })

  test('no response shows the version', async ({ site }) => {
    const { address } = site.servers[name]
    const answers = [await httpGet(address, '/'), await httpGet(address, '/readyz'), await httpGet(address, '/', { method: 'TRACE' })]
    answers.push(await httpGet(address, '/', { headers: { 'x-long': 'x'.repeat(40_000) } }))
    for (const { headers, body } of answers)
      expect(`${headers.server} ${headers.via} ${body}`).not.toMatch(/(nginx|apache|lighttpd|debian).{0,3}\d/i)
  })

  test('a body of more than 1 MB is refused', async ({ site }) => {
    const { status } = await httpGet(site.servers[name].address, '/users', { method: 'POST', body: 'x'.repeat(1_100_000) })
    expect(status).toBe(413)
  })

  test('a header that is too large is refused', async ({ site }) => {
    const { status } = await httpGet(site.servers[name].address, '/', { headers: { 'x-long': 'x'.repeat(40_000) } })
    expect([400, 431]).toContain(status)
  })
})

describe('the page cache of nginx', () => {
  test('stores a page gzipped for all browsers, and uncompressed for clients without gzip', async ({ site }) => {
    const { nginx } = site.servers
    const ask = async (encoding: string, method = 'GET') => {
      const { headers } = await httpGet(nginx.address, '/user/profile/4', { method, headers: { 'accept-encoding': encoding } })
      return { packed: headers['content-encoding'], cache: (await nginx.logLine(String(headers['x-request-id']))).cache }
    }
    const isKept = expect.stringMatching(/HIT|REVALIDATED/)
    expect(await ask('gzip, deflate, br, zstd')).toEqual({ packed: 'gzip', cache: 'MISS' })
    expect(await ask('deflate, GZIP;q=0.5')).toEqual({ packed: 'gzip', cache: isKept })
    expect(await ask('gzip', 'HEAD')).toEqual({ packed: 'gzip', cache: isKept })
    expect(await ask('identity')).toEqual({ packed: undefined, cache: 'MISS' })
    expect(await ask('br, gzip;q=0')).toEqual({ packed: undefined, cache: isKept })

    const files = readdirSync(join(site.root, 'cache'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const pages = files
      .map((file) => readFileSync(join(file.parentPath, file.name)))
      .filter((file) => /KEY: \S* \S+\/user\/profile\/4 /.test(file.toString('latin1')))
    expect(pages.map((page) => /^content-encoding: gzip/im.test(page.toString('latin1'))).sort()).toEqual([false, true])
    for (const page of pages) expect(page.includes('grace@example.org')).toBe(!/^content-encoding: gzip/im.test(page.toString('latin1')))
  })

  test('revalidates a page at most once a second', async ({ site }) => {
    const { nginx } = site.servers
    await httpGet(nginx.address, '/user/profile/5')
    const beganAt = performance.now()
    const requestIds: string[] = []
    while (performance.now() - beganAt < 2_500) {
      requestIds.push(String((await httpGet(nginx.address, '/user/profile/5')).headers['x-request-id']))
      // Some hundred requests are enough; a log of thousands takes long to read.
      await wait(5)
    }
    const seconds = (performance.now() - beganAt) / 1_000
    const lines = await Promise.all(requestIds.map((requestId) => nginx.logLine(requestId)))
    const asked = lines.filter(({ cache }) => cache !== 'HIT')
    expect(asked.length).toBeGreaterThanOrEqual(2)
    // At most one for each second that has begun.
    expect(asked.length).toBeLessThanOrEqual(Math.floor(seconds) + 1)
    for (const { cache, workerStatus } of asked) expect([cache, workerStatus]).toEqual(['REVALIDATED', expect.stringMatching(/304$/)])
  })

  test('shows a commit at most a second later', async ({ site }) => {
    const { address } = site.servers.nginx
    for (let age = 50; age < 56; age += 1) {
      // A page that was stored just now could stay longest.
      await httpGet(address, '/user/profile/2')
      site.sql.exec(`UPDATE "User" SET "age" = ${age} WHERE "id" = 2`)
      const committedAt = performance.now()
      let askedAt = committedAt
      for (;;) {
        askedAt = performance.now()
        if ((await httpGet(address, '/user/profile/2')).body.includes(`>${age}<`)) break
        expect(askedAt - committedAt).toBeLessThan(1_000)
      }
    }
  })

  test('distinguishes a page from its data, whichever is requested first', async ({ site }) => {
    const { address } = site.servers.nginx
    const type = async (path: string, headers: Record<string, string> = {}) =>
      (await httpGet(address, path, { headers })).headers['content-type']
    expect(await type('/user/profile/6?_rsc', { rsc: '1' })).toBe('text/x-component')
    expect(await type('/user/profile/6?_rsc')).toBe('text/html; charset=utf-8')
    expect(await type('/user/profile/7?_rsc')).toBe('text/html; charset=utf-8')
    expect(await type('/user/profile/7?_rsc', { rsc: '1' })).toBe('text/x-component')
  })

  test('does not let a visitor pass off one variant as another', async ({ site }) => {
    const { nginx } = site.servers
    const cacheState = async (headers: Record<string, string>) => {
      const answer = await httpGet(nginx.address, '/user/profile/8', { headers })
      return (await nginx.logLine(String(answer.headers['x-request-id']))).cache
    }
    expect(await cacheState({ rsc: '1', 'next-url': '/users' })).toBe('MISS')
    expect(await cacheState({ rsc: '1', 'next-router-prefetch': '/users' })).toBe('MISS')
    expect(await cacheState({ rsc: '1', 'next-router-segment-prefetch': '/users' })).toBe('MISS')
    expect(await cacheState({})).toBe('MISS')
    // Neither the key nor the worker gets it: the response is the plain page.
    expect(await cacheState({ rsc: '1 1', 'next-url': '/ /', cookie: 'a=b' })).toMatch(/HIT|REVALIDATED/)
  })

  test('limits an address with too many requests, and no other', async ({ site }) => {
    const { address } = site.servers.nginx
    const ask = (from: string) => httpGet(address, '/user/profile/1', { headers: { 'x-forwarded-for': from } })
    const answers: Awaited<ReturnType<typeof ask>>[] = []
    while (!answers.some(({ status }) => status === 429)) {
      answers.push(...(await Promise.all(Array.from({ length: 100 }, () => ask('198.51.100.7')))))
    }
    expect(answers.slice(0, 300).every(({ status }) => status === 200)).toBe(true)
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.body).toBe('Too many requests from your address. Try again in a few seconds.\n')
    expect(refused?.headers).toMatchObject({ ...SECURITY_HEADERS, 'retry-after': '5' })
    expect((await ask('198.51.100.8')).status).toBe(200)
    // An IPv6 network counts as one visitor.
    await Promise.all(Array.from({ length: 400 }, (_, host) => ask(`2001:db8:1:2::${host.toString(16)}`)))
    expect((await ask('2001:db8:1:3::1')).status).toBe(200)
  })
})

// The last tests: they stop the workers that all others need.
describe('without a worker', () => {
  test.for(['nginx', 'apache', 'lighttpd'] as const)(
    '%s says so in a page of our own, and serves again once there is one',
    async (name, { site }) => {
      const { address } = site.servers[name]
      await site.stopWorkers()
      try {
        // Not requested before: a cached page may be served for a second.
        for (const path of [`/users?q=${name}`, '/user/profile/9', '/nobody']) {
          const { status, headers, body } = await httpGet(address, path, { headers: { referer: `${address}/users?q=whom` } })
          expect(status).toBe(503)
          expect(body).toContain('Back in a moment')
          // lighttpd has one fixed page.
          expect(body).toContain(name === 'lighttpd' ? '· Roster</title>' : '· Acme &amp; Söhne</title>')
          expect(headers['x-robots-tag'] ?? (name === 'lighttpd' ? 'noindex' : '')).toBe('noindex')
          expect(body).toMatch(/Content-Security-Policy[^>]*default-src 'none'/)
          expect(headers).toMatchObject(SECURITY_HEADERS)
          expect(headers['cache-control'] ?? 'no-store').toBe('no-store')
        }
        // lighttpd has one error page for all.
        if (name !== 'lighttpd') {
          const { status, headers, body } = await httpGet(address, '/users.csv')
          expect({ status, type: headers['content-type'], retry: headers['retry-after'] }).toEqual({
            status: 503,
            type: 'application/problem+json',
            retry: '5',
          })
          expect(JSON.parse(body)).toMatchObject({ status: 503, title: 'Service Unavailable' })
        }
        // Files need no worker.
        expect((await httpGet(address, findScript(site).path)).status).toBe(200)
      } finally {
        await site.restartWorkers()
      }
      if (name !== 'lighttpd') expect(readFileSync(join(site.root, `${name}-error.log`), 'utf8')).not.toMatch(/q=/)
      // lighttpd checks once a second whether a worker is back.
      await vi.waitFor(async () => expect((await httpGet(address, '/user/profile/1')).status).toBe(200), { timeout: 10_000 })
    },
  )
})
