import { closeSync, createReadStream, fstatSync, openSync } from 'node:fs'
import { errorMessage, isErrorCode, OperatorError } from '../errors.ts'

const CHUNK_BYTES = 2 ** 16

/** Enough to tell the encoding, the format and the columns of a file. */
const HEAD_BYTES = 2 ** 16

/** How files begin that people take for a text file, with what to do. */
const SIGNATURES: readonly [bytes: string, remedy: string][] = [
  ['504b0304', 'it is a ZIP archive or an Excel workbook; unpack it, or save it as CSV'],
  ['d0cf11e0', 'it is an old Excel workbook; save it as CSV'],
  ['1f8b', 'it is compressed with gzip; unpack it'],
  ['53514c69746520666f726d617420', 'it is a SQLite database; export its people with roster export'],
  ['25504446', 'it is a PDF; save its table as CSV'],
]

export type Source = {
  /** The first bytes, fewer than HEAD_BYTES only when there are no more. */
  head: Buffer
  /** All bytes, the head included. */
  chunks: AsyncIterable<Buffer>
  /** Null for a pipe. */
  size: number | null
  /** How much of it was read until now. */
  bytesRead: () => number
}

/**
 * Opens the file at `path`, or stdin for "-".
 * @throws OperatorError when it is a folder or a kind of file that is no text.
 */
export async function openSource(path: string): Promise<Source> {
  const descriptor = path === '-' ? 0 : openFile(path)
  const stats = fstatSync(descriptor)
  if (stats.isDirectory()) {
    closeSync(descriptor)
    throw new OperatorError('it is a folder; name a file')
  }
  const stream = createReadStream('', { fd: descriptor, highWaterMark: CHUNK_BYTES })
  const chunks = readChunks(stream)
  const first: Buffer[] = []
  let length = 0
  while (length < HEAD_BYTES) {
    const { value, done } = await chunks.next()
    if (done) break
    first.push(value)
    length += value.length
  }
  const head = Buffer.concat(first)
  const signature = SIGNATURES.find(([bytes]) => head.subarray(0, bytes.length / 2).toString('hex') === bytes)
  if (signature !== undefined) throw new OperatorError(signature[1])
  return { head, chunks: prepend(head, chunks), size: stats.isFile() ? stats.size : null, bytesRead: () => stream.bytesRead }
}

function openFile(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    if (isErrorCode(error, 'ENOENT')) throw new OperatorError('it does not exist; check its name')
    if (isErrorCode(error, 'EACCES')) throw new OperatorError('it is not readable; check its permissions')
    throw new OperatorError(errorMessage(error))
  }
}

async function* readChunks(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer, undefined> {
  yield* stream
}

async function* prepend(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}
