import { type IncomingMessage, type OutgoingHttpHeader, type OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip, gzipSync } from 'node:zlib'
import Negotiator from 'negotiator'

/** A response that is complete and not sent yet. */
export type WholeResponse = { status: number; headers: OutgoingHttpHeaders; body: Buffer }

// Text; pictures are compressed already.
const COMPRESSIBLE_TYPE = /^(text\/|application\/(javascript|json|manifest\+json|x-ndjson)|image\/svg\+xml)/
const MIN_GZIP_BYTES = 1_024
// Longer ones are compressed by another thread, which costs more but blocks no other request.
const MAX_SYNC_GZIP_BYTES = 256 * 1_024
// A page is a tenth larger than by the usual 6, in half the time.
const GZIP_OPTIONS = { level: 4 }

/**
 * The response to `request` that `write` writes, as a whole. A worker that dies before it is sent has sent nothing, so that a proxy can
 * ask another worker; and it can be sent to every visitor who asks for the same.
 * @param signal stops the waiting when it is aborted; its reason is thrown then.
 */
export async function bufferResponse(
  request: IncomingMessage,
  write: (response: ServerResponse) => Promise<void>,
  signal: AbortSignal,
): Promise<WholeResponse> {
  const response = new BufferedResponse(request)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = () => {
    response.emit('close')
    reject(signal.reason)
  }
  signal.addEventListener('abort', abort, { once: true })
  try {
    const written = write(response).then(() => response.whole)
    return await Promise.race([written, response.whole, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** A response without a connection, which keeps what is written to it. */
class BufferedResponse extends ServerResponse {
  readonly #chunks: Buffer[] = []
  readonly #ended = Promise.withResolvers<WholeResponse>()

  /** Settles when the response has ended. */
  get whole(): Promise<WholeResponse> {
    return this.#ended.promise
  }

  override writeHead(status: number, ...parameters: (string | OutgoingHttpHeaders | OutgoingHttpHeader[] | undefined)[]): this {
    this.statusCode = status
    const headers = parameters.find((parameter) => typeof parameter === 'object' && !Array.isArray(parameter))
    for (const [name, value] of Object.entries(headers ?? {})) if (value !== undefined) this.setHeader(name, value)
    return this
  }

  override flushHeaders(): void {}

  override write(...parameters: unknown[]): boolean {
    this.#keep(parameters)
    return true
  }

  override end(...parameters: unknown[]): this {
    this.#keep(parameters)
    this.finished = true
    // Node emits them only for a response with a connection.
    process.nextTick(() => this.emit('finish') && this.emit('close'))
    this.#ended.resolve({ status: this.statusCode, headers: this.getHeaders(), body: Buffer.concat(this.#chunks) })
    return this
  }

  /** @param parameters a chunk, its encoding and a callback, each of which may be missing. */
  #keep([chunk, encoding, callback]: unknown[]): void {
    if (chunk instanceof Uint8Array) this.#chunks.push(Buffer.from(chunk))
    else if (typeof chunk === 'string') this.#chunks.push(Buffer.from(chunk, isEncoding(encoding) ? encoding : 'utf8'))
    const done = [chunk, encoding, callback].find((parameter) => typeof parameter === 'function')
    if (done) process.nextTick(done)
  }
}

/** Whether the response to `request` may be compressed. */
export function acceptsGzip(request: IncomingMessage): boolean {
  return request.method !== 'HEAD' && new Negotiator(request).encodings(['gzip']).length > 0
}

/** `response`, compressed where that is worth it and `isGzipAccepted`. */
export async function compressResponse(response: WholeResponse, isGzipAccepted: boolean): Promise<WholeResponse> {
  const { status, headers, body } = response
  if (!COMPRESSIBLE_TYPE.test(String(headers['content-type']))) return response
  const varying = { ...headers, vary: [headers.vary ?? [], 'accept-encoding'].flat().join(', ') }
  if (!isGzipAccepted || body.length < MIN_GZIP_BYTES || status === 206) return { status, headers: varying, body }
  const compressed = body.length > MAX_SYNC_GZIP_BYTES ? await promisify(gzip)(body, GZIP_OPTIONS) : gzipSync(body, GZIP_OPTIONS)
  return { status, headers: { ...varying, 'content-encoding': 'gzip', 'content-length': compressed.length }, body: compressed }
}

export function sendResponse(response: ServerResponse, { status, headers, body }: WholeResponse): void {
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value)
  response.end(body)
}

function isEncoding(value: unknown): value is BufferEncoding {
  return typeof value === 'string' && Buffer.isEncoding(value)
}
