import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../../server/paths.ts'
import { HARDENING, RosterContainer, temporaryVolume, WAIT } from '../fixtures/docker.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

describe('a container', () => {
  test('creates its database on the volume and keeps it', async () => {
    const volume = temporaryVolume()
    const first = new RosterContainer({ volume })
    expect(await first.page('/user/profile/1')).toContain('admin@example.com')
    expect(first.exec('roster', 'seed', '--count', '100')).toMatchObject({ status: 0 })
    expect(first.stop()).toBe(0)
    const second = new RosterContainer({ volume }, '--env', 'SEED=none')
    expect(await second.page('/users')).toContain('100 people')
    expect(second.logText()).not.toContain('Creating')
  })

  test('creates it empty, or with as many people as SEED asks for', async () => {
    const empty = new RosterContainer({}, '--env', 'SEED=none')
    const full = new RosterContainer({}, '--env', 'SEED=1000')
    expect(await empty.page('/users')).toContain('There is no one here yet')
    expect(await full.page('/users')).toContain('1,000 people')
  })

  test.each([80, 8080])('works on a read-only root without capabilities, on port %i', async (port) => {
    const container = new RosterContainer({ port }, ...HARDENING, '--env', `PORT=${port}`)
    expect(await container.page('/users')).toContain('grace')
    expect(await container.page('/')).toContain('Roster')
    const level = container.logLines().filter(({ level }) => level !== 'info')
    expect(level).toEqual([])
    expect(container.stop()).toBe(0)
  })

  test('works as any user, including root', async () => {
    for (const user of ['12345:12345', '0:0']) {
      const container = new RosterContainer({}, '--user', user)
      expect(await container.page('/user/profile/2')).toContain('user@example.com')
    }
  })

  test('caches pages and serves static files compressed', async () => {
    const container = new RosterContainer({})
    const page = await container.page('/users')
    const style = /\/_next\/static\/[^"]+\.css/.exec(page)?.[0] ?? ''
    const { status, headers } = await container.fetch(style, { 'Accept-Encoding': 'br, gzip' })
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({ 'content-encoding': 'br', 'cache-control': 'public, max-age=31536000, immutable' })
    await container.page('/users')
    await expect.poll(() => container.logText(), WAIT).toMatch(/"path":"\/users".*"cache":"(?:HIT|REVALIDATED)"/)
  })

  test('does not serve readiness or metrics to the public', async () => {
    const container = new RosterContainer({})
    expect(await container.page('/healthz')).toBe('ok\n')
    expect((await container.fetch('/readyz')).status).toBe(404)
  })

  test('shows people only to those with a password in BASIC_AUTH_FILE, and is healthy', async () => {
    const file = join(temporaryFolder(), 'passwords')
    // The password is "right": openssl passwd -apr1 -salt roster right
    writeFileSync(file, 'ada:$apr1$roster$UCMpwPugPkUGNgYnf7i/u1\n', { mode: 0o644 })
    const container = new RosterContainer({}, ...HARDENING, '--env', 'BASIC_AUTH_FILE=/passwords', '--volume', `${file}:/passwords:ro`)
    await container.page('/healthz')
    const ask = (path: string, password?: string) =>
      container.fetch(path, password === undefined ? {} : { Authorization: `Basic ${btoa(`ada:${password}`)}` })
    const right = await ask('/users', 'right')
    expect({ status: right.status, cache: right.headers.get('cache-control') }).toEqual({ status: 200, cache: 'private, no-cache' })
    for (const password of [undefined, 'wrong']) {
      const page = await ask('/users', password)
      expect({ status: page.status, challenge: page.headers.get('www-authenticate') }).toEqual({
        status: 401,
        challenge: 'Basic realm="Roster"',
      })
      expect(await page.text()).toContain('Only some people may see this directory')
      expect((await ask('/users.csv', password)).headers.get('content-type')).toBe('application/problem+json')
    }
    await container.becomes('healthy')
  })

  test('runs with a local.conf of before the limit for reading many people', async () => {
    const file = join(temporaryFolder(), 'local.conf')
    const text = readFileSync(join(ROOT, 'deploy/nginx/roster/local.conf'), 'utf8')
    writeFileSync(file, text.replace(/^limit_req_zone \$roster_bulk_key.*\n/m, ''), { mode: 0o644 })
    const container = new RosterContainer({}, '--volume', `${file}:/etc/nginx/roster/local.conf:ro`)
    await container.page('/users')
    const answers = await Promise.all(Array.from({ length: 90 }, () => container.fetch('/users?page=21')))
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(0)
  })

  test('trusts only the proxies in TRUSTED_PROXIES', async () => {
    const addresses = async (...options: string[]) => {
      const container = new RosterContainer({}, ...options)
      await container.page('/healthz')
      const headers = { 'X-Forwarded-For': '203.0.113.7' }
      const ask = `await fetch('http://127.0.0.1/users', { headers: ${JSON.stringify(headers)} })`
      expect(container.exec('node', '--input-type=module', '--eval', ask).status).toBe(0)
      await expect.poll(() => container.logText(), WAIT).toMatch(/"worker":"nginx".*"path":"\/users"/)
      return container.logLines().flatMap(({ worker, address }) => (worker === 'nginx' && address ? [address] : []))
    }
    expect(await addresses()).toEqual(['127.0.0.1'])
    expect(await addresses('--env', 'TRUSTED_PROXIES=127.0.0.0/8, 10.0.0.0/8')).toEqual(['203.0.113.7'])
  })
})
