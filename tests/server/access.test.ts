import { join } from 'node:path'
import { describe, expect, vi } from 'vitest'
import { startAccessSite, startTlsAccessSite, testAccess as test, writePasswords } from '../fixtures/access-site.ts'
import { clientOf, createAuthority } from '../fixtures/client-certificate.ts'
import { expectAllowed, expectDenied, expectRefusal, from, withPassword } from '../fixtures/expect-access.ts'
import { httpGet } from '../fixtures/http-get.ts'

const WAIT = { timeout: 30_000, interval: 50 }

function passwordFile(folder: string): [string, string] {
  const file = join(folder, 'passwords')
  writePasswords(file)
  return ['/etc/nginx/roster/passwords', file]
}

test('without a change to access.conf, everyone may look, and a cache in front may keep a page for a second', async ({ installation }) => {
  const { address } = await startAccessSite(installation, [])
  const { status, headers } = await httpGet(address, '/users', from('203.0.113.1'))
  expect({ status, cache: headers['cache-control'] }).toEqual({ status: 200, cache: 'public, max-age=0, s-maxage=1, must-revalidate' })
  expect((await httpGet(address, '/users.csv', from('203.0.113.1'))).headers['cache-control']).toBe('no-cache')
})

test('lists as data can be switched off alone', async ({ installation }) => {
  const { address } = await startAccessSite(
    installation,
    ['No lists as data'],
    [['# No lists', 'set $roster_audience everyone;\n# No lists']],
  )
  for (const path of ['/users.csv', '/users.json?q=ada', '/users.ndjson', '/users.vcf']) {
    expect((await httpGet(address, path)).status, path).toBe(404)
  }
  for (const path of ['/users', '/user/profile/3.vcf']) expect((await httpGet(address, path)).status, path).toBe(200)
})

describe('some addresses', () => {
  test('may look, and others may not', async ({ installation }) => {
    const { address } = await startAccessSite(installation, ['Some addresses'])
    await expectAllowed(address, from('192.0.2.7'))
    await expectAllowed(address, from('2001:db8::7'))
    // Forged: nginx counts from the right.
    await expectDenied(address, from('192.0.2.7, 203.0.113.1'), 403)
    await expectDenied(address, from('2001:db9::7'), 403)
  })
})

describe('people with a password', () => {
  test('may look, and others may not', async ({ installation }) => {
    const { address } = await startAccessSite(installation, ['People with a password'], [passwordFile(installation.root)])
    await expectAllowed(address, withPassword('right'))
    await expectDenied(address, withPassword('wrong'), 401)
    await expectDenied(address, {}, 401)
    expect((await httpGet(address, '/users')).headers['www-authenticate']).toBe('Basic realm="Roster"')
  })

  test('get pages from the cache of nginx, and others none of them', async ({ installation }) => {
    const nginx = await startAccessSite(installation, ['People with a password'], [passwordFile(installation.root)])
    const path = '/user/profile/4'
    await vi.waitFor(async () => {
      await httpGet(nginx.address, path, withPassword('right'))
      const { headers, body } = await httpGet(nginx.address, path, withPassword('right'))
      expect(body).toContain('grace@example.org')
      expect(await nginx.logLine(String(headers['x-request-id']))).toMatchObject({ status: 200, cache: 'HIT' })
      for (const options of [{}, withPassword('wrong'), { headers: { 'if-none-match': String(headers.etag) } }]) {
        const denied = await httpGet(nginx.address, path, options)
        expect({ status: denied.status, etag: denied.headers.etag }).toEqual({ status: 401, etag: undefined })
        expect(denied.body).not.toContain('grace')
      }
    }, WAIT)
  })

  test('cannot be guessed faster than pages are limited', async ({ installation }) => {
    const { address } = await startAccessSite(installation, ['People with a password'], [passwordFile(installation.root)])
    const guess = (index: number) => {
      const { headers } = withPassword(`guess${index}`)
      return httpGet(address, '/users', { headers: { ...headers, ...from('198.51.100.9').headers } })
    }
    const statuses: number[] = []
    for (let turn = 0; turn < 5; turn += 1) {
      const answers = await Promise.all(Array.from({ length: 150 }, (_, index) => guess(index)))
      statuses.push(...answers.map(({ status }) => status))
    }
    expect(new Set(statuses)).toEqual(new Set([401, 429]))
  })

  test('or at the office: one of both is enough', async ({ installation }) => {
    const ways = ['Some addresses', 'People with a password', 'With two ways']
    const { address } = await startAccessSite(installation, ways, [passwordFile(installation.root)])
    await expectAllowed(address, from('192.0.2.7'))
    await expectAllowed(address, { headers: { ...withPassword('right').headers, ...from('203.0.113.1').headers } })
    await expectDenied(address, from('203.0.113.1'), 401)
  })
})

describe('people with a certificate', () => {
  test('may look, and others may not', async ({ installation }) => {
    const folder = installation.root
    for (const name of ['site', 'authority', 'stranger']) createAuthority(folder, name)
    const address = await startTlsAccessSite(
      installation,
      ['People with a certificate'],
      [['/etc/nginx/roster/authority.pem', join(folder, 'authority.pem')]],
      { certificate: join(folder, 'site.pem'), key: join(folder, 'site.key') },
    )
    await expectAllowed(address, { agent: clientOf(folder, 'authority') })
    await expectDenied(address, {}, 403)
    // nginx refuses it before it reads the URL.
    const foreign = await httpGet(address, '/users', { agent: clientOf(folder, 'stranger') })
    expect({ status: foreign.status, type: foreign.headers['content-type'] }).toEqual({ status: 403, type: 'text/html' })
    expectRefusal(foreign, 403)
  })
})
