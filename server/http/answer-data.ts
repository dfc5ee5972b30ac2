import { hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { DataAnswer } from '../../app/_request/data-answer.ts'
import type { DataRoute } from '../../app/_request/routes.ts'
import { BusyError } from '../../app/_request/work-queue.ts'
import { acceptsGzip, compressResponse, sendResponse } from './buffered-response.ts'
import { isValidated } from './page-cache.ts'
import type { Exchange } from './request-log.ts'

// A thousand people. Up to here an answer is sent as a whole, with a tag.
const MAX_WHOLE_CHARACTERS = 256 * 1_024
// Each holds about 1 MB. Their steps take turns, and a slow reader only keeps its place.
const MAX_OPEN_STREAMS = 16
// A third of the plain size in a third of the time of the usual 6, in another thread.
const GZIP_OPTIONS = { level: 1 }

let openStreams = 0

/** Answers with the data of `route`, or throws why it cannot. */
export async function answerData(route: DataRoute, exchange: Exchange): Promise<void> {
  const answer = await route.answer(exchange.path, exchange.params, exchange.signal)
  await sendData(exchange, answer)
}

/** Sends `answer`. When a long one breaks off, the connection is destroyed, so that nobody takes the part for the whole. */
export async function sendData(exchange: Exchange, answer: DataAnswer): Promise<void> {
  if (typeof answer.body === 'string' || answer.body instanceof Uint8Array) return sendWhole(exchange, answer, answer.body)
  const parts = answer.body[Symbol.asyncIterator]()
  try {
    const { start, isWhole } = await readStart(parts)
    if (isWhole) return await sendWhole(exchange, answer, start)
    await sendStream(exchange, answer, start, parts)
  } finally {
    await parts.return?.()
  }
}

/** The first parts: all of them, or more than is sent as a whole. */
async function readStart(parts: AsyncIterator<string>): Promise<{ start: string; isWhole: boolean }> {
  let start = ''
  while (start.length <= MAX_WHOLE_CHARACTERS) {
    const { value, done } = await parts.next()
    if (done) return { start, isWhole: true }
    start += value
  }
  return { start, isWhole: false }
}

async function sendWhole({ request, response }: Exchange, { status, headers }: DataAnswer, body: string | Uint8Array): Promise<void> {
  const tag = `W/"${hash('sha256', body, 'base64url').slice(0, 27)}"`
  const tagged = status === 200 ? { 'Cache-Control': 'no-cache', ETag: tag, ...headers } : headers
  if (status === 200 && isValidated(request.headers['if-none-match'], tag)) {
    response.writeHead(304, { ETag: tag, 'Cache-Control': tagged['Cache-Control'], Vary: 'accept-encoding' }).end()
    return
  }
  const whole = { status, headers: lowerCaseNames(tagged), body: Buffer.from(body) }
  sendResponse(response, await compressResponse(whole, acceptsGzip(request)))
}

async function sendStream({ request, response }: Exchange, answer: DataAnswer, start: string, rest: AsyncIterator<string>): Promise<void> {
  if (openStreams >= MAX_OPEN_STREAMS) throw new BusyError()
  const isGzipped = acceptsGzip(request)
  response.writeHead(answer.status, {
    ...answer.headers,
    'Cache-Control': 'no-store',
    Vary: 'accept-encoding',
    ...(isGzipped && { 'Content-Encoding': 'gzip' }),
    // nginx would read ahead of a slow reader, into files.
    'X-Accel-Buffering': 'no',
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  openStreams += 1
  try {
    const body = Readable.from(join(start, rest))
    await (isGzipped ? pipeline(body, createGzip(GZIP_OPTIONS), response) : pipeline(body, response))
  } finally {
    openStreams -= 1
  }
}

// As bytes: a socket takes longer to encode text.
async function* join(start: string, rest: AsyncIterator<string>): AsyncGenerator<Buffer> {
  yield Buffer.from(start)
  for (let part = await rest.next(); !part.done; part = await rest.next()) yield Buffer.from(part.value)
}

// As compressResponse expects them.
function lowerCaseNames(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
