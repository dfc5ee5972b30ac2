// Requests that no browser sends, without a web server in front.
// Over 200 lines: half of it is tables of requests.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { test as base, describe, expect } from 'vitest'
import { httpGet } from '../fixtures/http-get.ts'
import { rawExchange, statusesOf } from '../fixtures/raw-exchange.ts'
import { type Site, withSite } from '../fixtures/with-site.ts'
import { listWorkerPids } from '../fixtures/worker-pids.ts'

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => withSite(use, { env: { WEB_WORKERS: '1', LOG_FORMAT: 'json' } }),
    { scope: 'file' },
  ],
})

const SECURITY_HEADERS = { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'same-origin' }

/** Asks with an id of its own, and returns the answer with what the server has logged of it. */
async function askLogged({ address, roster }: Site, path: string, headers: Record<string, string> = {}) {
  const id = randomUUID()
  const answer = await httpGet(address, path, { headers: { ...headers, 'x-request-id': id } })
  await roster.printed(new RegExp(`"requestId":"${id}".*"status"`))
  const lines = roster.stdout.split('\n').filter((line) => line.includes(`"${id}"`))
  return { ...answer, log: lines.map((line) => JSON.parse(line).level) }
}

test.concurrent.for<[string, string]>([
  ['half a request line', 'GET /use'],
  ['half of its headers', 'GET /users HTTP/1.1\r\nHost: a\r\nAccept: '],
  ['half of a second request', 'GET /user/profile/1 HTTP/1.1\r\nHost: a\r\n\r\nGET /use'],
])('%s is answered with 408 after ten seconds, and the connection closed', async ([, bytes], { site }) => {
  const began = performance.now()
  const received = await rawExchange(site.address, bytes)
  expect(statusesOf(received).at(-1)).toBe(408)
  expect(performance.now() - began).toBeGreaterThan(9_000)
})

describe('a mistake of the visitor, with one line in the log:', () => {
  test.for([
    '/%ff',
    '/user/profile/%E9',
    '/a/%c3%28',
    '/%c0%af',
    '/%ED%A0%80',
    '/%F8%88%80%80%80',
    '/user/profile/%E0%A4%A',
    '/users/%ff?q=a',
    '/%zz%ff',
    '/users#all',
    '/users?q=a#b',
  ])('400 for %s', async (path, { site }) => {
    const { status, headers, log } = await askLogged(site, path)
    expect({ status, log }).toEqual({ status: 400, log: ['info'] })
    expect(headers).toMatchObject(SECURITY_HEADERS)
  })

  test.for([
    '/.',
    '/..',
    '/x/../users',
    '/users/..',
    '/./users',
    '/user/profile/..',
    '/user/profile/%00',
    '/%F0%9F%98%80',
    '/user/profile/%EF%BF%BF',
  ])('404 for %s', async (path, { site }) => {
    const { status, body, log } = await askLogged(site, path)
    expect({ status, log }).toEqual({ status: 404, log: ['info'] })
    expect(body).toContain('type="search"')
  })

  test.for(['x', '1', 'null', '%5B%22%22%5D', '%7B%7D', '%', '%ff', '%5B%22%22%2C%7B%7D%2C1%5D', '%5B%22%22%2C%7B%22a%22%3A1%7D%5D'])(
    '400 for the router state %s',
    async (state, { site }) => {
      for (const path of ['/', '/users?q=ada', '/user/profile/3', '/users?page=1']) {
        const { status, log } = await askLogged(site, path, { rsc: '1', 'next-router-state-tree': state })
        expect({ status, log }).toEqual({ status: 400, log: ['info'] })
      }
    },
  )

  test('a valid router state gets data, whatever its content', async ({ site }) => {
    for (const state of [
      '["",{}]',
      '["",{"children":["users",{"children":["__PAGE__",{},null,"refetch"]}]}]',
      '["x",{"y":["z",{}]},null,null,-1,"?"]',
    ]) {
      const { status, headers, log } = await askLogged(site, '/users', { rsc: '1', 'next-router-state-tree': encodeURIComponent(state) })
      expect({ status, type: headers['content-type'], log }).toEqual({ status: 200, type: 'text/x-component', log: ['info'] })
    }
  })
})

describe('the host that a request is for', () => {
  const get = ({ address }: Site, line: string, ...headers: string[]) =>
    rawExchange(address, `${[line, 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`)

  test.for([
    [],
    ['Host:'],
    ['Host: a', 'Host: a'],
    ['Host: a', 'Host: b'],
    ['Host: ]['],
    ['Host: a%zz'],
    ['Host: a b'],
    ['Host: a"b'],
    ['Host: <a>'],
    ['Host: a/b'],
    ['Host: user@a'],
    ['Host: user:word@a'],
    ['Host: \xff\xfe'],
    ['Host: a:65536'],
    ['Host: a:b'],
    ['Host: a:1:2'],
    ['Host: [::1'],
    ['Host: [a]'],
    ['Host: [::1]b'],
    ['Host: :80'],
  ])('400 for %j', async (hosts, { site }) => {
    const received = await get(site, 'GET /users HTTP/1.1', ...hosts)
    expect(statusesOf(received)).toEqual([400])
    expect(received).toContain('X-Content-Type-Options: nosniff')
  })

  test.for([
    'a',
    'A.example:3000',
    'a.example.',
    'a_b',
    '127.0.0.1:65535',
    '[::1]',
    '[2001:db8::1]:80',
    'a:',
    'xn--bcher-kva.example',
    'a%41',
  ])('200 for %s', async (host, { site }) => {
    expect(statusesOf(await get(site, 'GET /user/profile/1 HTTP/1.1', `Host: ${host}`))).toEqual([200])
  })

  test('may be missing in HTTP/1.0 only', async ({ site }) => {
    expect(statusesOf(await get(site, 'GET /user/profile/1 HTTP/1.0'))).toEqual([200])
  })

  test.for([
    ['GET http://roster.example/user/profile/3 HTTP/1.1', 200, 'ada@example.com'],
    ['GET HTTPS://roster.example:443/user/profile/3 HTTP/1.1', 200, 'ada@example.com'],
    ['GET http://roster.example HTTP/1.1', 200, 'Find anyone in the directory'],
    ['GET http://roster.example?x HTTP/1.1', 200, 'Find anyone in the directory'],
    ['GET http://roster.example//users/ HTTP/1.1', 308, 'Location: /users\r\n'],
    ['GET http://roster.example/%ff HTTP/1.1', 400, 'UTF-8'],
    ['GET http://][/users HTTP/1.1', 400, 'host name'],
    ['GET http://user@roster.example/users HTTP/1.1', 400, 'host name'],
    ['GET http:///users HTTP/1.1', 400, ''],
    ['GET ftp://roster.example/users HTTP/1.1', 400, ''],
    ['GET * HTTP/1.1', 400, 'slash'],
    ['OPTIONS * HTTP/1.1', 405, 'Allow: GET, HEAD'],
  ] as const)('is that of an address in absolute form: %s is answered %i', async ([line, status, text], { site }) => {
    const received = await get(site, line, 'Host: other.example')
    expect(statusesOf(received)).toEqual([status])
    expect(received).toContain(text)
  })
})

describe('an unknown address', () => {
  test('has the same page for every request', async ({ site }) => {
    const page = await httpGet(site.address, '/nobody')
    expect(page.status).toBe(404)
    expect(page.headers.etag).toBeUndefined()
    expect(page.headers['cache-control']).toBe('no-store')
    for (const [path, headers] of [
      ['/a/b/c?q=x', {}],
      ['/_next/static/none.js', {}],
      ['/favicon.png', { accept: 'image/*' }],
      ['/user', { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString(), range: 'bytes=0-9' }],
      // Next's script loads the page then.
      ['/nobody?_rsc=1', { rsc: '1' }],
    ] as const) {
      const other = await httpGet(site.address, path, { headers })
      expect({ status: other.status, body: other.body }).toEqual({ status: 404, body: page.body })
      expect(other.headers['content-security-policy']).toBe(page.headers['content-security-policy'])
    }
    const packed = await httpGet(site.address, '/nobody', { headers: { 'accept-encoding': 'gzip' } })
    expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual(['gzip', 'accept-encoding'])
    const head = await httpGet(site.address, '/nobody', { method: 'HEAD' })
    expect({ status: head.status, length: head.headers['content-length'], body: head.body }).toEqual({
      status: 404,
      length: String(page.bytes.length),
      body: '',
    })
  })

  test('of a person that cannot exist differs from that of a page', async ({ site }) => {
    const pages = await Promise.all(
      ['/user/profile/0', '/user/profile/abc', '/user/profile/-1?q=a'].map((path) => httpGet(site.address, path)),
    )
    for (const { status, body } of pages) expect({ status, body }).toEqual({ status: 404, body: pages[0]?.body })
    expect(pages[0]?.body).toContain('Person not found')
  })
})

describe('requests that are sent without waiting for answers', () => {
  const profile = (id: number, headers = '') => `GET /user/profile/${id} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`
  const idsOf = (received: string) => [...received.matchAll(/<title>(?:(\w+)|[^<]*) · Roster<\/title>/g)].map(([, name]) => name)

  test('are answered one after the other', async ({ site }) => {
    const names = await Promise.all([3, 4, 5].map(async (id) => idsOf((await httpGet(site.address, `/user/profile/${id}`)).body)[0]))
    const received = await rawExchange(site.address, [3, 4, 5, 4].map((id) => profile(id)).join('') + profile(3, 'Connection: close\r\n'))
    expect(idsOf(received)).toEqual([names[0], names[1], names[2], names[1], names[0]])
  })

  test('are followed by the refusal of bytes that are not a request', async ({ site }) => {
    const received = await rawExchange(site.address, `${profile(1)}${profile(2)}NONSENSE\r\n\r\n${profile(3)}`)
    expect(statusesOf(received)).toEqual([200, 200, 400])
  })

  test('end their connection beyond a few, and delay no one else, whether or not the responses are read', async ({ site }) => {
    const { hostname, port } = new URL(site.address)
    const asked = () => site.roster.stdout.split('"path":"/users"').length - 1
    const before = asked()
    const silent = Array.from({ length: 3 }, () => connect(Number(port), hostname).pause())
    for (const socket of silent) {
      socket.on('error', () => {})
      await once(socket, 'connect')
      socket.write('GET /users?size=100 HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2_000))
    }
    expect((await httpGet(site.address, '/user/profile/1')).status).toBe(200)
    const received = await rawExchange(site.address, 'GET /users HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(2_000))
    const statuses = statusesOf(received)
    expect(statuses.every((status) => status === 200)).toBe(true)
    expect(statuses.length).toBeGreaterThan(0)
    expect(statuses.length).toBeLessThan(20)
    await Promise.all(silent.map((socket) => (socket.destroyed ? null : once(socket.resume(), 'close'))))
    expect(asked() - before).toBeLessThan(4 * 20)
    // The same process as in the beginning, and no larger than work makes any.
    const [pid = 0, ...others] = listWorkerPids(site.roster, 1)
    expect(others).toEqual([])
    const [, peakKilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    expect(Number(peakKilobytes)).toBeLessThan(320_000)
  })
})

test.for(['100-continue', 'something-else'])('Expect: %s is answered like any other request', async (expectation, { site }) => {
  const get = await rawExchange(
    site.address,
    `GET /user/profile/1 HTTP/1.1\r\nHost: a\r\nExpect: ${expectation}\r\nConnection: close\r\n\r\n`,
  )
  expect(statusesOf(get)).toEqual([200])
  expect(get).toContain('X-Content-Type-Options: nosniff')
})
