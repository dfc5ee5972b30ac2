// How nginx keeps one visitor from taking everything, and what it logs about visitors.
// Over 200 lines: one nginx with slow workers serves all of these tests.
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { test as base, describe, expect, onTestFinished, vi } from 'vitest'
import { createDatabase } from '../fixtures/create-database.ts'
import { freePort } from '../fixtures/free-port.ts'
import { type Answer, httpGet } from '../fixtures/http-get.ts'
import { installRoster } from '../fixtures/install-roster.ts'
import { addNamedPeople } from '../fixtures/named-people.ts'
import { rawExchange, statusesOf } from '../fixtures/raw-exchange.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { startNginx } from '../fixtures/start-nginx.ts'
import { startWorkers, type Workers } from '../fixtures/start-workers.ts'
import type { WebServerProcess } from '../fixtures/web-server-process.ts'
import { listWorkerPids } from '../fixtures/worker-pids.ts'

type Site = { root: string; workers: Workers; nginx: WebServerProcess }

// Part of each search here; only a worker may see it.
const SECRET = 'secret-search'
// Short, for the test of a slow worker.
const READ_TIMEOUT_SECONDS = 3
const HERD = 50
const WAIT = { timeout: 30_000, interval: 50 }

const test = base.extend<{ $file: { site: Site } }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest finds out what a fixture needs by its pattern
    async ({}, use) => {
      const root = installedRoot()
      const localFile = join(root, 'etc/nginx/roster/local.conf')
      // As in an older local.conf, which upgrades do not change.
      writeFileSync(localFile, readFileSync(localFile, 'utf8').replace(/^limit_req_zone \$roster_bulk_key.*\n/m, ''))
      installRoster(root)
      relocateFiles(
        [join(root, 'etc/nginx/roster/proxy.conf'), localFile],
        [
          ['proxy_read_timeout 15s;', `proxy_read_timeout ${READ_TIMEOUT_SECONDS}s;`],
          ['geo $roster_is_limited {', 'map $remote_addr $roster_network { default $remote_addr; }\ngeo $roster_is_limited {'],
        ],
      )
      const database = createDatabase(root)
      addNamedPeople(database.sql)
      const workers = await startWorkers(database, root)
      const nginx = await startNginx({ root, sockets: workers.sockets, port: await freePort() })
      await use({ root, workers, nginx })
      await nginx.stop()
      await workers.stop()
      database.sql.close()
      rmSync(root, { recursive: true })
    },
    { scope: 'file' },
  ],
})

function installedRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'roster-test-'))
  // For nginx's user.
  chmodSync(root, 0o755)
  installRoster(root)
  return root
}

/** An installed site whose workers are sockets that a test answers on. */
function fakeSite() {
  const root = installedRoot()
  onTestFinished(() => rmSync(root, { recursive: true }))
  async function listen(name: string, onData: (socket: Socket, data: Buffer) => void): Promise<string> {
    const path = join(root, name)
    const worker = createServer((socket) => {
      socket.on('error', () => {})
      socket.on('data', (data) => onData(socket, data))
    }).listen(path)
    await once(worker, 'listening')
    chmodSync(path, 0o777)
    onTestFinished(() => void worker.close())
    return path
  }
  return { root, listen }
}

function askFrom({ nginx }: Site, from: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return httpGet(nginx.address, path, { headers: { ...headers, 'x-forwarded-for': from } })
}

/** Keeps both workers from answering until the returned function is called. */
function suspendWorkers({ workers }: Site): () => void {
  const pids = [1, 2].map((worker) => listWorkerPids(workers.roster, worker).at(-1) ?? 0)
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids) process.kill(pid, name)
  }
  signal('SIGSTOP')
  return () => signal('SIGCONT')
}

describe('searches have their own limit', () => {
  test('that refuses at once, and does not limit other requests', async ({ site }) => {
    const search = (from: string, index: number) => {
      const paths = [`/users?q=${SECRET}${index}`, `/users?size=25&%71=${SECRET}${index}`, `/user/profile/1?q=${SECRET}${index}`]
      return askFrom(site, from, paths[index % paths.length] ?? '')
    }
    // Enough for a busy machine, where the limit allows 20 more in each second that they take.
    const answers = await Promise.all(Array.from({ length: 250 }, (_, index) => search('198.51.100.1', index)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(10)
    expect(answers.length - refused.length).toBeGreaterThan(90)
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '5', 'x-content-type-options': 'nosniff' })
    for (const path of ['/', '/users', '/users?sort=age', '/user/profile/1', '/nobody']) {
      expect([200, 404]).toContain((await askFrom(site, '198.51.100.1', path)).status)
    }
    expect((await search('198.51.100.2', 0)).status).toBe(200)
  })

  test('that programs reach as well, and read as JSON', async ({ site }) => {
    const paths = Array.from({ length: 150 }, (_, index) => `/users.json?q=${SECRET}${index}`)
    const answers = await Promise.all(paths.map((path) => askFrom(site, '198.51.100.4', path)))
    const refused = answers.find(({ status }) => status === 429)
    expect(refused?.headers).toMatchObject({ 'content-type': 'application/problem+json', 'retry-after': '60' })
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ status: 429, title: 'Too Many Requests' })
  })

  test('that typing never reaches', async ({ site }) => {
    for (let key = 0; key < 60; key += 1) {
      const { status } = await askFrom(site, '198.51.100.3', `/users?q=${SECRET}${'abcdefghij'.slice(0, key % 11)}`, { rsc: '1' })
      expect(status).not.toBe(429)
    }
  })

  test.for([
    ['2001:db8::1 2001:db8::2 2001:db8:0:0:1:2:3:4 2001:db8:0:0:a:: 2001:db8::', '2001:db8:0:1::1'],
    ['2001:db8:1:2::1 2001:db8:1:2:3:4:5:6 2001:DB8:1:2:0:0:0:2', '2001:db8:1:3::1'],
    ['1::2:3:4:5:6 1:0:0:2:3:4:5:7 1:0:0:2::', '1::3:3:4:5:6'],
    ['::5:0:0:0:5 0:0:0:5::6 ::5:1:2:3:4', '::6:0:0:0:5'],
    ['::ffff:198.51.100.20 198.51.100.20', '::ffff:198.51.100.21'],
  ] as const)('that the addresses %s share, but not %s', async ([addresses, other], { site }) => {
    const network = addresses.split(' ')
    const path = `/users?q=${SECRET}`
    const answers = await Promise.all(Array.from({ length: 140 }, (_, index) => askFrom(site, network[index % network.length] ?? '', path)))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10)
    expect((await askFrom(site, other, path)).status).toBe(200)
  })
})

describe('open pages that ask whether they have changed', () => {
  const TABS = 200
  const PATHS = ['/', '/users', '/users?page=30', `/users?q=${SECRET}`, '/user/profile/1']

  function check({ nginx }: Site, from: string, path: string, tag: string): Promise<Answer> {
    return httpGet(nginx.address, path, { method: 'HEAD', headers: { 'if-none-match': tag, 'x-forwarded-for': from } })
  }

  test('count in no other limit, 200 of them behind one address', async ({ site }) => {
    const from = '198.51.100.40'
    const tags = new Map<string, string>()
    for (const path of PATHS) tags.set(path, String((await askFrom(site, from, path)).headers.etag))
    const paths = Array.from({ length: TABS }, (_, index) => PATHS[index % PATHS.length] ?? '')
    const answers = await Promise.all(paths.map((path) => check(site, from, path, tags.get(path) ?? '')))
    // nginx sends a page that is a 404, as the 30th page of few people is, also to those who have it.
    const statuses = new Map(answers.map(({ status }, index) => [paths[index], status]))
    expect(statuses).toEqual(new Map(PATHS.map((path) => [path, path === '/users?page=30' ? 404 : 304])))
    const searches = await Promise.all(Array.from({ length: 80 }, (_, index) => askFrom(site, from, `/users?q=${SECRET}${index}`)))
    // A worker may be too busy for some.
    expect(searches.filter(({ status }) => status === 429)).toEqual([])
    expect(searches.map(({ status }) => status)).toContain(200)
  })

  test('are limited as well', async ({ site }) => {
    const answers = await Promise.all(Array.from({ length: 900 }, () => check(site, '198.51.100.41', '/users', '"x"')))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10)
    const { status, headers } = await askFrom(site, '198.51.100.41', '/users')
    expect(status).toBe(200)
    await site.nginx.logLine(String(headers['x-request-id']))
    // One without news would be a line every two seconds for each open page.
    const log = readFileSync(join(site.root, 'nginx.log'), 'utf8')
    expect(log).toMatch(/"method":"HEAD".*"status":429/)
    expect(log).not.toMatch(/"method":"HEAD".*"status":304/)
  })

  test('are only pages', async ({ site }) => {
    const answers = await Promise.all(Array.from({ length: 600 }, () => check(site, '198.51.100.42', '/nowhere', '"x"')))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10)
  })
})

describe('reading many people has a limit', () => {
  const BULK_BURST = 60
  const askForAll = (site: Site, from: string, paths: string[], method = 'GET') =>
    Promise.all(paths.map((path) => httpGet(site.nginx.address, path, { method, headers: { 'x-forwarded-for': from } })))
  const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
  const refusedOf = (answers: Answer[]) => answers.filter(({ status }) => status === 429)

  test('for pages beyond the 20th, and only for those', async ({ site }) => {
    const from = '198.51.100.30'
    const refused = refusedOf(
      await askForAll(
        site,
        from,
        range(21, 110).map((page) => `/users?page=${page}`),
      ),
    )
    expect(refused.length).toBeGreaterThan(20)
    expect(refused.length).toBeLessThanOrEqual(110 - 20 - BULK_BURST)
    expect(refused[0]?.headers).toMatchObject({ 'retry-after': '60', 'content-type': 'text/plain', 'x-content-type-options': 'nosniff' })
    expect(refused[0]?.body).toMatch(/^Too many pages or files from your address\. .*\n$/)
    // People in the same office who look somebody up.
    const everyday = ['/', '/users', '/user/profile/3', '/user/profile/3?page=21', '/users?sort=age&dir=desc&size=100&page=20']
    const lists = range(1, 20).map((page) => `/users?size=100&page=${page}`)
    expect(refusedOf(await askForAll(site, from, [...everyday, ...lists, `/users?q=${SECRET}&page=2`]))).toEqual([])
    // Programs that look only whether a page has changed.
    expect(
      refusedOf(
        await askForAll(
          site,
          from,
          range(21, 110).map((page) => `/users?page=${page}`),
          'HEAD',
        ),
      ),
    ).toEqual([])
    expect((await askFrom(site, '198.51.100.31', '/users?page=21')).status).not.toBe(429)
  })

  const counted = [
    '/users?page=21',
    '/users?sort=age&size=100&page=99999',
    '/users?page=%321',
    '/users?%70age=21',
    '/users?pag%65=21',
    '/users?page=00021&size=7',
    '/users?x&page=21',
    '/users?q=ada&page=21',
    '/users.csv',
    '/users.json?limit=1',
    '/users.ndjson',
    '/users.vcf',
    '/user/profile/3.json',
    '/user/profile/3.vcf?x',
  ]
  test.for(counted.map((path, index): [string, string] => [path, `198.51.100.${100 + index}`]))(
    'that %s counts for',
    async ([path, from], { site }) => {
      // 20 a second are allowed for searches, in bursts of 100, and 8 downloads at a time.
      const answers: Answer[] = []
      for (let turn = 0; turn < 11; turn += 1) answers.push(...(await askForAll(site, from, Array(6).fill(path))))
      const refused = refusedOf(answers)
      expect(refused.length).toBeGreaterThan(0)
      for (const { headers } of refused) expect(headers['retry-after']).toBe('60')
      if (/\.[a-z]+(?:\?|$)/.test(path))
        expect(JSON.parse(refused[0]?.body ?? '')).toMatchObject({ status: 429, title: 'Too Many Requests' })
    },
  )
})

describe('a worker', () => {
  test('that takes too long is not followed by a second one', async ({ site }) => {
    const resume = suspendWorkers(site)
    try {
      const { status, headers, body } = await httpGet(site.nginx.address, `/users?q=${SECRET}-slow`)
      expect({ status, retry: headers['retry-after'] }).toEqual({ status: 503, retry: '5' })
      expect(body).toContain('Back in a moment')
      const line = await site.nginx.logLine(String(headers['x-request-id']))
      expect(line).toMatchObject({ workerStatus: '504', worker: expect.not.stringContaining(',') })
    } finally {
      resume()
    }
  })
})

test('a redirect is stored as pages are', async ({ site }) => {
  const ask = () => httpGet(site.nginx.address, `/users?q=${SECRET}-moved&age_min=`)
  await vi.waitFor(async () => {
    await ask()
    const { status, headers } = await ask()
    expect(status).toBe(307)
    expect((await site.nginx.logLine(String(headers['x-request-id']))).cache).toBe('HIT')
  }, WAIT)
})

test('a page that takes long for one visitor does not keep the others waiting', async () => {
  const { root, listen } = fakeSite()
  let requests = 0
  const isHeld = Promise.withResolvers<void>()
  const nginx = await startNginx({
    root,
    sockets: [
      await listen('worker.sock', (socket) => {
        requests += 1
        if (requests === 1) isHeld.resolve()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      }),
    ],
    port: await freePort(),
  })
  onTestFinished(() => nginx.stop())
  const path = '/users?q=the+same'
  const isGone = new AbortController()
  const first = fetch(`${nginx.address}${path}`, { signal: isGone.signal }).catch(() => null)
  await isHeld.promise
  const others = Promise.all(Array.from({ length: HERD }, () => httpGet(nginx.address, path)))
  expect(await Promise.race([first, others.then((answers) => answers.map(({ status }) => status))])).toEqual(Array(HERD).fill(200))
  isGone.abort()
  await first
})

test('a request that crashes its worker goes to few other workers', async () => {
  const { root, listen } = fakeSite()
  let deaths = 0
  const sockets = await Promise.all(
    [1, 2, 3, 4].map((number) =>
      listen(`worker-${number}.sock`, (socket, data) => {
        if (!data.includes('/deadly')) return void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        deaths += 1
        socket.destroy()
      }),
    ),
  )
  const nginx = await startNginx({ root, sockets, port: await freePort() })
  onTestFinished(() => nginx.stop())
  // So that nginx has kept connections as well.
  await Promise.all(Array.from({ length: 20 }, () => httpGet(nginx.address, '/harmless')))
  const answer = await httpGet(nginx.address, '/deadly')
  expect(answer.status).toBe(503)
  expect(deaths).toBeGreaterThan(1)
  expect(deaths).toBeLessThanOrEqual(5)
})

describe('the log of nginx', () => {
  test('is JSON in UTF-8 for every request', async ({ site }) => {
    const send = (line: string, ...headers: string[]) =>
      rawExchange(site.nginx.address, `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`)
    expect(statusesOf(await send('GET /user/profile/1 HTTP/1.1', 'Host: \xff\xfe'))).toEqual([400])
    expect(statusesOf(await send('GET /user/profile/1 HTTP/1.1', 'Host: a', 'User-Agent: \xe9\xff "\\\x01'))).toEqual([200])
    expect(statusesOf(await send('GET /\xff\xfe?\xff HTTP/1.1', 'Host: a'))).toEqual([400])
    expect(statusesOf(await send('GET http://\xc3\x28/ HTTP/1.1', 'Host: a'))).toEqual([400])
    expect(statusesOf(await send('G\xffT / HTTP/1.1', 'Host: a'))).toEqual([400])
    expect(statusesOf(await send('GET / HTTP/1.1', 'Host: a', 'User-Agent: last'))).toEqual([200])
    const lines = await vi.waitFor(() => {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(join(site.root, 'nginx.log')))
      expect(text).toContain('"agent":"last"')
      return text.split('\n').slice(0, -1)
    }, WAIT)
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('requestId')
  })

  // The last test: it reads what all others have logged.
  test('does not contain what people searched for', async ({ site }) => {
    const { nginx, workers, root } = site
    const { hostname, port } = new URL(nginx.address)
    const path = `/users?q=${SECRET}`
    // A visitor who does not wait for the response.
    const resume = suspendWorkers(site)
    const visitor = connect(Number(port), hostname)
    visitor.write(`GET ${path}-gone HTTP/1.1\r\nHost: a\r\nReferer: http://a${path}\r\n\r\n`)
    await wait(100)
    visitor.destroy()
    resume()
    await httpGet(nginx.address, path, { method: 'POST', body: 'x'.repeat(1_100_000) })
    await httpGet(nginx.address, `${path}${'x'.repeat(40_000)}`)
    await httpGet(nginx.address, `/_next/static/none.js?q=${SECRET}`)
    await workers.stop()
    for (const each of [`${path}-dead`, `/icon.png?q=${SECRET}`]) {
      const { status } = await httpGet(nginx.address, each, { headers: { referer: `http://a${path}` } })
      expect(status).toBe(503)
    }
    const posted = await httpGet(nginx.address, '/icon.svg', { method: 'POST' })
    expect({ status: posted.status, type: posted.headers['x-content-type-options'] }).toEqual({ status: 503, type: 'nosniff' })
    await nginx.logLine(String(posted.headers['x-request-id']))
    for (const name of ['nginx.log', 'nginx-error.log', 'nginx-default.log']) {
      expect(readFileSync(join(root, name), 'utf8'), name).not.toContain(SECRET)
    }
    expect(nginx.printed).not.toContain(SECRET)
  })
})
