import { STATUS_CODES } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { robotsHeader, SECURITY_HEADERS } from './security-headers.ts'

const ANSWERS = new Map([
  ['HPE_HEADER_OVERFLOW', { status: 431, text: 'The URL and the headers of the request are longer than 16 kB together.\n' }],
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, text: 'The request took too long to arrive.\n' }],
])
const MALFORMED = { status: 400, text: 'This is not an HTTP request.\n' }

/** Answers what arrived on `socket` and cannot be parsed as a request because of `error`. */
export function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  // A browser opens connections in advance, and would take a refusal now for the response to its first request.
  const hasSentNothing = socket instanceof Socket && socket.bytesRead === 0
  if (error.code === 'ECONNRESET' || !socket.writable || hasSentNothing) {
    socket.destroy()
    return
  }
  const { status, text } = ANSWERS.get(error.code ?? '') ?? MALFORMED
  const headers = [
    ...SECURITY_HEADERS,
    robotsHeader(),
    ['Connection', 'close'],
    ['Content-Type', 'text/plain; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(text))],
  ]
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers.map(([name, value]) => `${name}: ${value}`)]
  socket.end(`${lines.join('\r\n')}\r\n\r\n${text}`)
}
