import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Logo } from '../../app/_site/logo.ts'
import { errorMessage, OperatorError } from '../errors.ts'
import { ROOT } from '../paths.ts'
import { cleanSvg } from './svg.ts'

// More than a page weighs. Workers get it in an environment variable, which Linux limits to 128 kB.
const MAX_LOGO_BYTES = 64 * 1_024
const MAX_LOGO_PIXELS = 2_048
const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
// The first chunk, IHDR, follows the signature, with its length, name, width and height: https://www.w3.org/TR/png-3/#11IHDR
const PNG_HEADER_BYTES = 24

/**
 * The logo in `path`, which is relative to the repository.
 * @throws OperatorError when it cannot be read, or is not a picture that can be shown safely.
 */
export function readLogoFile(path: string): Logo {
  const file = resolve(ROOT, path)
  const content = readFile(file)
  if (content.length > MAX_LOGO_BYTES)
    throw refuse(file, `has ${content.length} bytes; every visitor loads it, so it may have at most ${MAX_LOGO_BYTES}`)
  return content.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE) ? readPng(file, content) : readSvg(file, content)
}

function readFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new OperatorError(`SITE_LOGO ${file} cannot be read: ${errorMessage(error)}; name a file that the user of Roster may read`)
  }
}

function readPng(file: string, content: Buffer): Logo {
  const isWhole = content.length > PNG_HEADER_BYTES && content.toString('latin1', 12, 16) === 'IHDR' && content.includes('IEND')
  if (!isWhole) throw refuse(file, 'is an incomplete PNG; save it again')
  const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)]
  if (Math.max(width, height) > MAX_LOGO_PIXELS)
    throw refuse(file, `is ${width} by ${height} pixels; it may be at most ${MAX_LOGO_PIXELS} in each direction`)
  return { ...nameFile(content, 'png'), contentType: 'image/png', sizes: `${width}x${height}`, bytes: content }
}

function readSvg(file: string, content: Buffer): Logo {
  const cleaned = cleanSvg(decode(file, content))
  if ('problem' in cleaned)
    throw refuse(file, `${cleaned.problem}; save it as plain SVG, without scripts, links, pictures and editor data, or as PNG`)
  const bytes = Buffer.from(cleaned.svg)
  return { ...nameFile(bytes, 'svg'), contentType: 'image/svg+xml; charset=utf-8', sizes: 'any', bytes }
}

function decode(file: string, content: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    throw refuse(file, 'is neither a PNG nor an SVG in UTF-8; save it as one of these')
  }
}

// Named after its content, so that browsers may keep it.
function nameFile(bytes: Buffer, extension: string): { href: string } {
  return { href: `/site/logo-${hash('sha256', bytes, 'hex').slice(0, 16)}.${extension}` }
}

function refuse(file: string, reason: string): OperatorError {
  return new OperatorError(`SITE_LOGO ${file} is not used: it ${reason}`)
}
