import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { pipeline, Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { acceptsGzip, bufferResponse, compressResponse } from '../../server/http/buffered-response.ts'

const { signal } = new AbortController()

function request(headers: Record<string, string> = {}, method = 'GET'): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { method, headers })
}

describe('bufferResponse', () => {
  test('keeps status, headers and everything that is written', async () => {
    const whole = await bufferResponse(
      request(),
      async (response) => {
        response.writeHead(404, 'Not Found', { 'X-A': 'a' })
        response.write('6162', 'hex')
        response.write(new Uint8Array([99]))
        response.end('ä')
      },
      signal,
    )
    expect({ ...whole, body: whole.body.toString() }).toEqual({ status: 404, headers: { 'x-a': 'a' }, body: 'abcä' })
  })

  test('takes a stream, and has finished for it', async () => {
    let error: unknown = 'not called'
    const write = async (response: NodeJS.WritableStream) => {
      pipeline(Readable.from(['a', 'b', 'c']), response, (reason) => {
        error = reason
      })
    }
    expect(String((await bufferResponse(request(), write, signal)).body)).toBe('abc')
    await expect.poll(() => error).toBe(undefined)
  })

  test('throws what the writing throws', async () => {
    await expect(bufferResponse(request(), () => Promise.reject(new Error('no page')), signal)).rejects.toThrow('no page')
  })

  test('stops waiting when it is aborted', async () => {
    const controller = new AbortController()
    const whole = bufferResponse(request(), async () => {}, controller.signal)
    controller.abort(new Error('gone'))
    await expect(whole).rejects.toThrow('gone')
  })
})

test.each([
  [undefined, false],
  ['gzip', true],
  ['GZIP', true],
  ['br;q=1, gzip', true],
  ['gzip;q=0.1', true],
  ['*', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000', false],
  ['*;q=0', false],
  ['br, deflate', false],
  ['xgzip', false],
])('Accept-Encoding: %s', (encoding, isAccepted) => {
  const headers = encoding === undefined ? {} : { 'accept-encoding': encoding }
  expect(acceptsGzip(request(headers))).toBe(isAccepted)
  expect(acceptsGzip(request(headers, 'HEAD'))).toBe(false)
})

test('text is compressed where it is long enough, and varies by the encoding in any case', async () => {
  const page = { status: 200, headers: { 'content-type': 'text/html', vary: 'rsc' }, body: Buffer.from('x'.repeat(5_000)) }
  const gzipped = await compressResponse(page, true)
  expect(gzipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'rsc, accept-encoding', 'content-length': gzipped.body.length })
  expect(gunzipSync(gzipped.body)).toEqual(page.body)
  for (const plain of [await compressResponse(page, false), await compressResponse({ ...page, body: Buffer.from('x') }, true)])
    expect(plain.headers).toEqual({ 'content-type': 'text/html', vary: 'rsc, accept-encoding' })
  const picture = { ...page, headers: { 'content-type': 'image/png' } }
  expect(await compressResponse(picture, true)).toBe(picture)
})
