// The image's HEALTHCHECK: whether a worker can serve from the database, and whether nginx answers. `docker inspect` shows what it prints.
import { get, type RequestOptions } from 'node:http'
import { errorMessage } from '../errors.ts'
import { readSettings, socketPath } from '../settings.ts'

const TIMEOUT_MS = 3_000
// Where nginx listens on all addresses.
const LOOPBACK_OF_ANY: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' }

const { host, port, socketDirectory } = readSettings()

try {
  await expectOk('Worker 1', { socketPath: socketPath(socketDirectory ?? '', 1), path: '/readyz' })
  await expectOk('nginx', { host: LOOPBACK_OF_ANY[host] ?? host, port, path: '/healthz' })
} catch (error) {
  console.log(errorMessage(error))
  process.exitCode = 1
}

async function expectOk(name: string, options: RequestOptions): Promise<void> {
  const { status, body } = await request(options).catch((error: unknown) => {
    throw new Error(`${name} does not answer: ${errorMessage(error)}`)
  })
  if (status !== 200) throw new Error(`${name} answers ${status}: ${body}`)
}

// Not fetch, which knows no unix sockets.
function request(options: RequestOptions): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    get({ ...options, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) }, async (response) => {
      try {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(await response.toArray()).toString() })
      } catch (error) {
        reject(error)
      }
    }).on('error', reject)
  })
}
