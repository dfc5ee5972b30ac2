import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSIBLE = ['.css', '.js', '.json', '.map', '.svg', '.txt', '.webmanifest']
const COMPRESSORS: [suffix: string, compress: (content: Buffer) => Buffer][] = [
  ['.gz', (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION })],
  ['.br', (content) => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
]

/** Writes a .gz and a .br file beside each text file below `folder`, so that no web server compresses during a request. */
export function precompress(folder: string): void {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (COMPRESSIBLE.includes(extname(name))) compressFile(join(folder, name))
  }
}

function compressFile(file: string): void {
  const content = readFileSync(file)
  const { atime, mtime } = statSync(file)
  for (const [suffix, compress] of COMPRESSORS) {
    const compressed = compress(content)
    if (compressed.length >= content.length) continue
    writeFileSync(file + suffix, compressed)
    // Web servers send a file's time to visitors: it must be the same for all three.
    utimesSync(file + suffix, atime, mtime)
  }
}
