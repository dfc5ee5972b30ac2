// Only some people behind Apache and lighttpd, with the files of deploy/.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished } from 'vitest'
import { copyInstallation, type Installation, testAccess as test, writePasswords } from '../fixtures/access-site.ts'
import { clientOf, createAuthority } from '../fixtures/client-certificate.ts'
import { expectAllowed, expectDenied, from, withPassword } from '../fixtures/expect-access.ts'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { installedFile } from '../fixtures/install-roster.ts'
import { relocateFiles } from '../fixtures/relocate-files.ts'
import { startApache } from '../fixtures/start-apache.ts'
import { startLighttpd } from '../fixtures/start-lighttpd.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'

/** Starts a web server with its roster-access.conf, whose lines `uncommented` count. Returns its address. */
async function startServer(
  { root: installed, workers }: Installation,
  server: { start: typeof startApache; folder: string },
  uncommented: RegExp | null,
  prepare: (root: string) => void = () => {},
): Promise<string> {
  const root = copyInstallation({ root: installed, workers })
  prepare(root)
  const file = join(root, 'etc', server.folder, 'roster-access.conf')
  mkdirSync(dirname(file), { recursive: true })
  cpSync(installedFile(root, `deploy/${server.folder}/roster-access.conf`), file)
  const passwords = join(root, 'passwords')
  writePasswords(passwords)
  const text = readFileSync(file, 'utf8')
  if (uncommented !== null) expect(text).toMatch(uncommented)
  const changed = uncommented === null ? text : text.replaceAll(uncommented, '$1')
  writeFileSync(file, changed.replaceAll(`/etc/${server.folder}/roster-passwords`, passwords))
  const process = await server.start({ root, sockets: workers.sockets, port: await freePort() })
  onTestFinished(() => process.stop())
  return process.address
}

const APACHE = { start: startApache, folder: 'apache2' }
const LIGHTTPD = { start: startLighttpd, folder: 'lighttpd' }
const OFFICE = from('192.0.2.7')
const HOME = from('203.0.113.1')
const both = (...options: { headers?: Record<string, string> }[]) => ({
  headers: Object.assign({}, ...options.map(({ headers }) => headers)),
})

describe('Apache lets in', () => {
  test('some addresses', async ({ installation }) => {
    const address = await startServer(installation, APACHE, /#(Require ip)/g)
    await expectAllowed(address, OFFICE)
    await expectDenied(address, HOME, 403)
  })

  test('people with a password, or at the office', async ({ installation }) => {
    const address = await startServer(installation, APACHE, /#(Require ip|Require valid-user|Auth\w+ )/g)
    await expectAllowed(address, OFFICE)
    await expectAllowed(address, both(HOME, withPassword('right')))
    await expectDenied(address, both(HOME, withPassword('wrong')), 401)
    await expectDenied(address, HOME, 401)
  })

  test('people with a certificate', async ({ installation }) => {
    const folder = temporaryFolder()
    for (const name of ['site', 'authority', 'stranger']) createAuthority(folder, name)
    const tls = ['SSLEngine On', 'SSLCertificateFile site.pem', 'SSLCertificateKeyFile site.key', 'SSLCACertificateFile authority.pem']
    const lines = [...tls, 'SSLVerifyClient optional'].map((line) => line.replace(/\S+\.(?:pem|key)$/, `${folder}/$&`)).join('\n')
    const httpAddress = await startServer(installation, APACHE, /#(Require ssl-verify-client)/g, (root) =>
      relocateFiles(
        [installedFile(root, 'deploy/apache2/sites-available/roster.conf')],
        [['    ServerSignature Off', `    ServerSignature Off\n${lines}`]],
      ),
    )
    const address = httpAddress.replace('http:', 'https:')
    await expectAllowed(address, { agent: clientOf(folder, 'authority') })
    await expectDenied(address, {}, 403)
    // Apache refuses it before it reads the URL.
    await expect(httpGet(address, '/users', { agent: clientOf(folder, 'stranger') })).rejects.toThrow()
  })

  test('nobody, while no way is chosen', async ({ installation }) => {
    const address = await startServer(installation, APACHE, null)
    await expectDenied(address, OFFICE, 403)
  })
})

describe('lighttpd lets in', () => {
  test('some addresses', async ({ installation }) => {
    const address = await startServer(installation, LIGHTTPD, /#(.*url\.access-deny)/g)
    await expectAllowed(address, OFFICE)
    await expectAllowed(address, from('2001:db8::7'))
    for (const path of ['/', '/users?q=ada', '/users.csv', '/user/profile/3.vcf']) {
      const { status, body } = await httpGet(address, path, HOME)
      expect({ path, status }).toEqual({ path, status: 403 })
      expect(body).toContain('Only some people may see this directory')
    }
    for (const path of ['/healthz', '/robots.txt', '/icon.svg']) expect((await httpGet(address, path, HOME)).status, path).toBe(200)
  })

  test('people with a password', async ({ installation }) => {
    const address = await startServer(installation, LIGHTTPD, /^ {4}#(auth\.require)/gm)
    await expectAllowed(address, withPassword('right'))
    // lighttpd takes its time to refuse a wrong password.
    expect((await httpGet(address, '/users', withPassword('wrong'))).status).toBe(401)
    await expectDenied(address, {}, 401, 'text/html')
  })

  test('people with a password, or at the office', async ({ installation }) => {
    const address = await startServer(
      installation,
      LIGHTTPD,
      /^ {4}#(\$HTTP\["remoteip"\] != "192\.0\.2\.0\/24" \{\n| {4}auth\.require|\}$)/gm,
    )
    await expectAllowed(address, OFFICE)
    await expectAllowed(address, both(HOME, withPassword('right')))
    await expectDenied(address, HOME, 401, 'text/html')
    expect((await httpGet(address, '/healthz', HOME)).status).toBe(200)
  })
})
