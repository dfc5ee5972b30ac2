import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { SendOptions } from 'send'
import { STANDALONE } from '../paths.ts'
import { acceptsGzip, bufferResponse, compressResponse, sendResponse } from './buffered-response.ts'
import type { Exchange } from './request-log.ts'

const FOLDERS: { path: string; options: SendOptions & { root: string } }[] = [
  { path: '/', options: { root: join(STANDALONE, 'public'), maxAge: '1h' } },
  // Names with a hash of the content.
  { path: '/_next/static/', options: { root: join(STANDALONE, '.next/static'), immutable: true, maxAge: '1y' } },
]

const FILES = new Map(
  FOLDERS.flatMap(({ path, options }) =>
    readdirSync(options.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(options.root.length + 1))
      .map((file) => [path + file, { file, options }] as const),
  ),
)

export function isStaticFile(path: string): boolean {
  return FILES.has(path)
}

/** Answers with the build's file, as the conditions and the range of the request demand. */
export async function answerStaticFile({ path, request, response, signal }: Exchange): Promise<void> {
  const { file = '', options } = FILES.get(path) ?? {}
  // Loaded late: it takes as long to load as a good part of the server, and a web server in front serves these files itself.
  const { default: send } = await import('send')
  const whole = await bufferResponse(
    request,
    async (buffered) => {
      send(request, file, { index: false, ...options })
        .on('error', ({ status }: { status: number }) => {
          buffered.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
          buffered.end('The file cannot be sent in this form.\n')
        })
        .pipe(buffered)
    },
    signal,
  )
  sendResponse(response, await compressResponse(whole, acceptsGzip(request)))
}
