// The image's HEALTHCHECK: whether a worker can serve from the database, and nginx answers. Says what is wrong; `docker inspect` shows it.

import { get, type RequestOptions } from 'node:http'
import { errorMessage } from '../errors.ts'
import { readSettings, socketPath } from '../settings.ts'

const TIMEOUT_MS = 3_000

const { host, port, socketDirectory } = readSettings()
const nginxHost = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host

try {
  await expectOk('A worker', { socketPath: socketPath(socketDirectory ?? '', 1), path: '/readyz' })
  await expectOk('nginx', { host: nginxHost, port, path: '/healthz' })
} catch (error) {
  console.log(errorMessage(error))
  process.exitCode = 1
}

async function expectOk(who: string, options: RequestOptions): Promise<void> {
  const { status, body } = await ask(options).catch((error: Error) => {
    throw new Error(`${who} does not answer: ${error.message}`)
  })
  if (status !== 200) throw new Error(`${who} answers ${status}: ${body}`)
}

function ask(options: RequestOptions): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ ...options, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject)
    })
    request.on('error', reject)
  })
}
