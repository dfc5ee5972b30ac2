import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../fixtures/free-port.ts'
import { httpGet } from '../fixtures/http-get.ts'
import { installRoster } from '../fixtures/install-roster.ts'
import { relocateNginxFiles, writeNginxFrame } from '../fixtures/start-nginx.ts'
import { temporaryFolder } from '../fixtures/temporary-database.ts'
import { WebServerProcess } from '../fixtures/web-server-process.ts'

test('the TLS site redirects to HTTPS, supports HTTP/2 and modern TLS, and sends HSTS', async () => {
  const root = temporaryFolder()
  chmodSync(root, 0o755)
  installRoster(root)
  const [certificate, key] = [join(root, 'certificate.pem'), join(root, 'key.pem')]
  const subject = ['-subj', '/CN=roster.example.com', '-days', '1']
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'pipe',
  })
  const [port, tlsPort] = [await freePort(), await freePort()]
  const log = join(root, 'nginx.log')
  relocateNginxFiles(root, [
    ['listen 80 default_server;', `listen 127.0.0.1:${port} default_server;`],
    ['listen [::]:80 default_server;', ''],
    ['listen 443 ssl http2 default_server;', `listen 127.0.0.1:${tlsPort} ssl http2 default_server;`],
    ['listen [::]:443 ssl http2 default_server;', ''],
    ['/etc/letsencrypt/live/roster.example.com/fullchain.pem', certificate],
    ['/etc/letsencrypt/live/roster.example.com/privkey.pem', key],
    ['/var/log/nginx/roster.log', log],
  ])
  const frame = writeNginxFrame(root, 'roster-tls')
  execFileSync('nginx', ['-t', '-c', frame], { stdio: 'pipe' })
  const nginx = await new WebServerProcess(['nginx', '-c', frame, '-g', 'daemon off;'], port, log).started()
  onTestFinished(() => nginx.stop())

  const { status, headers } = await httpGet(nginx.address, '/users?q=ada', { headers: { host: 'elsewhere.example' } })
  expect({ status, location: headers.location }).toEqual({ status: 308, location: 'https://roster.example.com/users?q=ada' })
  expect(headers['strict-transport-security']).toBeUndefined()

  expect(await securityOf(tlsPort, { ALPNProtocols: ['h2', 'http/1.1'] })).toEqual({ protocol: 'TLSv1.3', alpn: 'h2' })
  await expect(securityOf(tlsPort, { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' })).rejects.toThrow()

  // Without workers: it is nginx that says it, on its own answers as well.
  for (const path of ['/icon.svg', '/']) {
    const answer = await httpGet(`https://127.0.0.1:${tlsPort}`, path)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000')
  }
})

async function securityOf(port: number, options: object): Promise<{ protocol: string | null; alpn: string | false | null }> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  await once(socket, 'secureConnect')
  const security = { protocol: socket.getProtocol(), alpn: socket.alpnProtocol }
  socket.destroy()
  return security
}
