// Puts a .gz and a .br beside each text file below the given folders, so that no web server compresses on a request.
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const COMPRESSIBLE = ['.css', '.js', '.json', '.map', '.svg', '.txt', '.webmanifest']
const COMPRESSORS: [suffix: string, compress: (content: Buffer) => Buffer][] = [
  ['.gz', (content) => gzipSync(content, { level: constants.Z_BEST_COMPRESSION })],
  ['.br', (content) => brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } })],
]

for (const folder of process.argv.slice(2)) {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (COMPRESSIBLE.includes(extname(name))) precompress(join(folder, name))
  }
}

function precompress(file: string): void {
  const content = readFileSync(file)
  const { atime, mtime } = statSync(file)
  for (const [suffix, compress] of COMPRESSORS) {
    const compressed = compress(content)
    if (compressed.length >= content.length) continue
    writeFileSync(file + suffix, compressed)
    // Web servers show a file's time to visitors: all three are the same file to them.
    utimesSync(file + suffix, atime, mtime)
  }
}
