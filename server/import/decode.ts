import { isAscii } from 'node:buffer'

const BYTE_ORDER_MARKS: readonly [bytes: string, encoding: string][] = [
  ['efbbbf', 'utf-8'],
  ['fffe', 'utf-16le'],
  ['feff', 'utf-16be'],
]

/** UTF-16 of most alphabets has a NUL in every second byte of ASCII, of which a file has many: commas, digits, emails. */
const MIN_NUL_SHARE = 0.2

/** Names `encoding` as people write it. */
const NAMES: Record<string, string> = { 'utf-16le': 'UTF-16 LE', 'utf-16be': 'UTF-16 BE', 'windows-1252': 'Windows-1252' }

type DecodeOptions = {
  /** A label of the Encoding Standard; null to find out. */
  encoding: string | null
  /** Called with the encoding that was found, unless that is UTF-8. */
  note: (line: string) => void
}

/** The text of `chunks` without a byte order mark. Bytes that the encoding does not have become U+FFFD, which the database refuses. */
export async function* decode(
  head: Buffer,
  chunks: AsyncIterable<Buffer>,
  { encoding: given, note }: DecodeOptions,
): AsyncGenerator<string> {
  let encoding = given ?? findByMark(head) ?? findByNuls(head)
  if (encoding !== null && given === null) report(encoding, note)
  // Until then all is ASCII, which both possible encodings write alike: a pipe need not be read twice.
  let decoder = new TextDecoder(encoding ?? 'utf-8')
  for await (const chunk of chunks) {
    if (encoding === null && !isAscii(chunk)) {
      encoding = isMostlyUtf8(chunk) ? 'utf-8' : 'windows-1252'
      decoder = new TextDecoder(encoding)
      report(encoding, note)
    }
    const text = decoder.decode(chunk, { stream: true })
    if (text !== '') yield text
  }
  const rest = decoder.decode()
  if (rest !== '') yield rest
}

/** The start of the text whose first bytes are `head`, to look at: its last character may be incomplete. */
export function decodeHead(head: Buffer, encoding: string | null): string {
  return new TextDecoder(encoding ?? findByMark(head) ?? findByNuls(head) ?? 'utf-8').decode(head)
}

function findByMark(head: Buffer): string | null {
  return BYTE_ORDER_MARKS.find(([bytes]) => head.subarray(0, bytes.length / 2).toString('hex') === bytes)?.[1] ?? null
}

function findByNuls(head: Buffer): string | null {
  const counts = [0, 0]
  for (const [index, byte] of head.entries()) if (byte === 0) counts[index % 2] = (counts[index % 2] ?? 0) + 1
  const [even = 0, odd = 0] = counts
  if (even + odd <= head.length * MIN_NUL_SHARE) return null
  return odd > even ? 'utf-16le' : 'utf-16be'
}

// A damaged file in UTF-8 stays UTF-8: its good characters would be wrong in Windows-1252.
function isMostlyUtf8(chunk: Buffer): boolean {
  let good = 0
  let bad = 0
  // As a stream: the last character may go on in the next chunk.
  for (const character of new TextDecoder().decode(chunk, { stream: true })) {
    if (character === '\ufffd') bad += 1
    else if (character > '\x7f') good += 1
  }
  return good >= bad
}

function report(encoding: string, note: (line: string) => void): void {
  const name = NAMES[encoding]
  if (name !== undefined) note(`The file is read as ${name}; another encoding: --encoding NAME`)
}
