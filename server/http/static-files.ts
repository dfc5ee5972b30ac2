import { readdirSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { SendOptions } from 'send'
import { STANDALONE } from '../paths.ts'

const FOLDERS: { address: string; options: SendOptions & { root: string } }[] = [
  { address: '/', options: { root: join(STANDALONE, 'public') } },
  // Names with a hash of the content.
  { address: '/_next/static/', options: { root: join(STANDALONE, '.next/static'), immutable: true, maxAge: '1y' } },
]

const FILES = new Map(
  FOLDERS.flatMap(({ address, options }) =>
    readdirSync(options.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(options.root.length + 1))
      .map((file) => [address + file, { file, options }] as const),
  ),
)

export function isStaticFile(path: string): boolean {
  return FILES.has(path)
}

/** Answers with the build's file at `path`, as far as the request's conditions and range ask for it. */
export async function sendStaticFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { file, options } = FILES.get(path) ?? {}
  // Takes as long to load as a good part of the server, and behind a web server that has the files itself, nobody asks.
  const { default: send } = await import('send')
  send(request, file ?? '', { index: false, ...options })
    .on('error', ({ status }: { status: number }) => {
      response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
      response.end('The file can not be sent like this.\n')
    })
    .pipe(response)
}
