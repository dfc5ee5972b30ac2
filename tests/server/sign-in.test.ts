// Sign-in by another program: stand-ins for oauth2-proxy, Authelia and authentik, which answer as their documentation describes.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, onTestFinished } from 'vitest'
import { type Installation, startAccessSite, testAccess as test } from '../fixtures/access-site.ts'
import { httpGet } from '../fixtures/http-get.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const SIGNED_IN = { cookie: 'other=1; session=valid' }
const EXPIRED = { cookie: 'session=expired' }
const PAGE = '/users?q=ada&sort=age'

type Service = (path: string, headers: IncomingHttpHeaders, respond: Respond) => void
type Respond = (status: number, headers?: Record<string, string>) => void

const isSignedIn = ({ cookie = '' }: IncomingHttpHeaders) => cookie.includes('session=valid')

const oauth2Proxy: Service = (path, headers, respond) => {
  const { pathname, searchParams } = new URL(path, 'http://service')
  if (pathname === '/oauth2/auth') return respond(isSignedIn(headers) ? 202 : 401)
  if (pathname === '/oauth2/callback')
    return respond(302, { Location: String(searchParams.get('state')), 'Set-Cookie': 'session=valid; HttpOnly' })
  const state = encodeURIComponent(String(headers['x-auth-request-redirect']))
  respond(pathname === '/oauth2/start' ? 302 : 404, { Location: `https://id.example/authorize?state=${state}`, 'Set-Cookie': 'csrf=1' })
}

const authelia: Service = (path, headers, respond) => {
  if (path !== '/api/authz/auth-request' || headers['x-original-method'] === undefined) return respond(400)
  if (isSignedIn(headers)) return respond(200)
  respond(401, { Location: `https://id.example/?rd=${encodeURIComponent(String(headers['x-original-url']))}` })
}

const authentik: Service = (path, headers, respond) => {
  if (path !== '/outpost.goauthentik.io/auth/nginx') return respond(404)
  if (headers['x-original-url'] === undefined) return respond(500)
  respond(isSignedIn(headers) ? 200 : 401, { 'Set-Cookie': 'authentik=1' })
}

/** nginx that asks a stand-in for `program`. */
async function startSite(installation: Installation, program: string, service: Service) {
  const server = createServer((request: IncomingMessage, response: ServerResponse) =>
    service(request.url ?? '', request.headers, (status, headers) => response.writeHead(status, headers).end()),
  ).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(stop)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const nginx = await startAccessSite(
    installation,
    ['People who sign in'],
    [
      ['http://127.0.0.1:4180', `http://127.0.0.1:${address.port}`],
      ['/oauth2-proxy.conf', `/${program}.conf`],
    ],
  )
  return { address: nginx.address, stop }
}

describe.each([
  ['oauth2-proxy', oauth2Proxy, `https://id.example/authorize?state=${encodeURIComponent(PAGE)}`, 'csrf=1'],
  ['authelia', authelia, `https://id.example/?rd=${encodeURIComponent(`http://roster.example${PAGE}`)}`, undefined],
  ['authentik', authentik, `/outpost.goauthentik.io/start?rd=http://roster.example${PAGE}`, 'authentik=1'],
] as const)('%s', (program, service, signInPage, cookie) => {
  test('lets those in who have signed in, and shows others the way when they open a page', async ({ installation }) => {
    const { address } = await startSite(installation, program, service)
    const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
      httpGet(address, path, { method, headers: { host: 'roster.example', ...headers } })

    for (const path of ['/', PAGE, '/user/profile/3', '/users.csv']) {
      const { status, headers } = await ask(path, { ...HTML, ...SIGNED_IN })
      expect({ path, status, cache: headers['cache-control'] }).toEqual({ path, status: 200, cache: 'private, no-cache' })
    }
    // Twice: the first may be stored now.
    for (const session of [{}, EXPIRED]) {
      const opened = await ask(PAGE, { ...HTML, ...session })
      expect({ status: opened.status, location: opened.headers.location }).toEqual({ status: 302, location: signInPage })
      expect(opened.headers['set-cookie']?.[0]).toBe(cookie)

      for (const [headers, method] of [
        [{ accept: '*/*' }, 'GET'],
        [{ rsc: '1', accept: '*/*' }, 'GET'],
        [{ ...HTML, 'if-none-match': 'W/"tag"' }, 'HEAD'],
      ] as const) {
        const answer = await ask(PAGE, { ...headers, ...session }, method)
        expect({ status: answer.status, location: answer.headers.location }).toEqual({ status: 401, location: undefined })
        expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer realm="Roster"', 'cache-control': 'no-store' })
        expect(answer.headers.etag).toBeUndefined()
      }
      const data = await ask('/users.json', { ...HTML, ...session })
      expect({ status: data.status, type: data.headers['content-type'] }).toEqual({ status: 401, type: 'application/problem+json' })
      for (const path of ['/healthz', '/robots.txt', '/icon.svg']) expect((await ask(path, session)).status, path).toBe(200)
      expect((await ask('/nobody', session)).status).toBe(401)
    }
  })

  test('that does not answer is an outage, not an open door', async ({ installation }) => {
    const { address, stop } = await startSite(installation, program, service)
    stop()
    const page = await httpGet(address, PAGE, { headers: { ...HTML, ...SIGNED_IN } })
    expect({ status: page.status, retry: page.headers['retry-after'] }).toEqual({ status: 503, retry: '5' })
    expect(page.body).toContain('Back in a moment')
    const data = await httpGet(address, '/users.json', { headers: SIGNED_IN })
    expect({ status: data.status, type: data.headers['content-type'] }).toEqual({ status: 503, type: 'application/problem+json' })
    expect((await httpGet(address, '/healthz')).status).toBe(200)
  })
})

test('oauth2-proxy brings a person back to the page with a session', async ({ installation }) => {
  const { address } = await startSite(installation, 'oauth2-proxy', oauth2Proxy)
  const back = await httpGet(address, `/oauth2/callback?state=${encodeURIComponent(PAGE)}`)
  expect({ status: back.status, location: back.headers.location }).toEqual({ status: 302, location: PAGE })
  expect((await httpGet(address, '/oauth2/auth', { headers: SIGNED_IN })).status).toBe(404)
})
