import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'

/** An answer that is not sent yet. */
export type BufferedAnswer = { status: number; headers: OutgoingHttpHeaders; body: Buffer }

// What is text; pictures are compressed as they are.
const COMPRESSIBLE_TYPE = /^(text\/|application\/(javascript|json|manifest\+json)|image\/svg\+xml)/
const COMPRESSIBLE_BYTES = 1_024
// Longer ones are compressed by another thread, which costs more but keeps nobody waiting.
const SYNC_BYTES = 256 * 1_024
// A page is a tenth larger than by the usual 6, in half the time.
const GZIP_OPTIONS = { level: 4 }
const ACCEPTS_GZIP = /(?:^|,)\s*gzip\s*(?:$|,|;\s*q=(?!0(?:\.0*)?\s*(?:$|,)))/i

/** Whether the visitor's program can unpack what it asks for. */
export function acceptsGzip({ method, headers }: IncomingMessage): boolean {
  return method !== 'HEAD' && ACCEPTS_GZIP.test(String(headers['accept-encoding'] ?? ''))
}

/**
 * The answer to `request` that `write` writes, whole: a worker that dies before it is sent has sent nothing, so that a proxy can ask
 * another one, and it can be sent to everybody who asked for the same.
 * @param signal ends the writing when it is aborted; its reason is thrown then.
 */
export function bufferAnswer(
  request: IncomingMessage,
  write: (response: ServerResponse) => Promise<void>,
  signal: AbortSignal,
): Promise<BufferedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<BufferedAnswer>()
  const response = new ServerResponse(request)
  const chunks: Buffer[] = []

  function keep([chunk, encoding]: unknown[]): void {
    if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
    else if (typeof chunk === 'string') chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'))
  }
  function call(parameters: unknown[]): void {
    const done = parameters.find((parameter) => typeof parameter === 'function')
    if (done) process.nextTick(done)
  }

  response.writeHead = (status: number, ...parameters: (string | OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined)[]) => {
    response.statusCode = status
    const headers = parameters.find((parameter) => typeof parameter === 'object' && !Array.isArray(parameter))
    for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) response.setHeader(name, value)
    return response
  }
  response.flushHeaders = () => {}
  response.write = (...parameters: unknown[]) => {
    keep(parameters)
    call(parameters)
    return true
  }
  response.end = (...parameters: unknown[]) => {
    keep(parameters)
    call(parameters)
    response.finished = true
    // Without a connection it would never say so.
    process.nextTick(() => response.emit('finish') && response.emit('close'))
    resolve({ status: response.statusCode, headers: response.getHeaders(), body: Buffer.concat(chunks) })
    return response
  }
  const abort = () => {
    response.emit('close')
    reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  write(response).catch(reject)
  return promise.finally(() => signal.removeEventListener('abort', abort))
}

/** `answer`, compressed where that is worth it and `isGzipAccepted`. */
export async function compressAnswer(answer: BufferedAnswer, isGzipAccepted: boolean): Promise<BufferedAnswer> {
  const { status, headers, body } = answer
  if (!COMPRESSIBLE_TYPE.test(String(headers['content-type']))) return answer
  const varying = { ...headers, vary: [headers.vary ?? [], 'accept-encoding'].flat().join(', ') }
  if (!isGzipAccepted || body.length < COMPRESSIBLE_BYTES || status === 206) return { status, headers: varying, body }
  const compressed = body.length > SYNC_BYTES ? await promisify(gzip)(body, GZIP_OPTIONS) : gzipSync(body, GZIP_OPTIONS)
  return { status, headers: { ...varying, 'content-encoding': 'gzip', 'content-length': compressed.length }, body: compressed }
}

export function sendBufferedAnswer(response: ServerResponse, { status, headers, body }: BufferedAnswer): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  response.end(body)
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
