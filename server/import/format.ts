import { extname } from 'node:path'
import { OperatorError } from '../errors.ts'

export const FORMATS = ['csv', 'ndjson', 'json', 'vcf'] as const

export type Format = (typeof FORMATS)[number]

const EXTENSIONS: Record<string, Format> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.tab': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.vcf': 'vcf',
  '.vcard': 'vcf',
}

/** The format of a file by the ending of its name, else by how its text starts. */
export function findFormat(path: string, head: string): Format {
  return EXTENSIONS[extname(path).toLowerCase()] ?? findByContent(head.trimStart())
}

function findByContent(head: string): Format {
  if (/^begin:vcard\s/i.test(head)) return 'vcf'
  if (head.startsWith('[')) return 'json'
  if (head.startsWith('{')) return /^\{\s*"users"\s*:\s*\[/.test(head) || !isJson(head.split('\n', 1)[0] ?? '') ? 'json' : 'ndjson'
  if (/^[^\n]*[,;\t]|^[\w-]+\s*(?:\r|\n|$)/.test(head)) return 'csv'
  throw new OperatorError('its format is not clear; name it with --format csv, ndjson, json or vcf')
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
