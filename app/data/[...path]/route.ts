import { ROUTES } from '../../_request/routes.ts'

/** The list, each person and the site's files as data, for `next dev` only: next.config.js leads here, the server (server/http/answer-data.ts) does not. */
export async function GET(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const path = pathname.replace(/^\/data/, '')
  const route = ROUTES.find(({ pattern }) => pattern.test(path))
  if (!route || !('answer' in route)) return new Response(null, { status: 404 })
  const params = Object.fromEntries([...searchParams.keys()].map((name) => [name, onlyOrAll(searchParams.getAll(name))]))
  const { status, headers, body } = await route.answer(path, params, request.signal)
  if (body instanceof Uint8Array) return new Response(new Uint8Array(body), { status, headers })
  return new Response(typeof body === 'string' ? body : toStream(body), { status, headers })
}

function onlyOrAll(values: string[]): string | string[] | undefined {
  return values.length === 1 ? values[0] : values
}

function toStream(parts: AsyncIterable<string>): ReadableStream<Uint8Array> {
  const iterator = parts[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await iterator.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
