import { parseUserListQuery, type SearchParams, type UserListQuery } from '../_models/user-list-query.ts'
import type { ListPosition } from '../_models/whole-list.ts'
import type { ParameterError } from '../_request/data-answer.ts'
import { readSite } from '../_site/site.ts'
import { VCARD_VERSIONS, type VcardVersion } from './vcard.ts'

export const DATA_FORMATS = ['csv', 'json', 'ndjson', 'vcf'] as const
export type DataFormat = (typeof DATA_FORMATS)[number]

export type DataParameters = {
  query: UserListQuery
  isForExcel: boolean
  version: VcardVersion
  /** Of JSON, which comes in pages. */
  size: number
  after: PagePosition | null
}

/** Where a page of JSON begins: behind this place. `total` was counted for the first page. */
export type PagePosition = ListPosition & { total: number }

const DEFAULT_SIZE = 100
const MAX_SIZE = 1_000

// What the formats take besides the parameters of the list. The whole list is the same for every page and size of it.
const PARAMETERS: Record<DataFormat, string[]> = {
  csv: ['for', 'page', 'size'],
  json: ['size', 'after'],
  ndjson: ['page', 'size'],
  vcf: ['version', 'page', 'size'],
}
const LIST_PARAMETERS = ['q', 'sort', 'dir']
const AGE_PARAMETERS = ['age_min', 'age_max', 'age']

/** Reads the parameters of the list as `format`. Unlike the page, it names each that it cannot follow as an error. */
export function parseDataParameters(params: SearchParams, format: DataFormat): { parameters: DataParameters; errors: ParameterError[] } {
  const { hiddenFields } = readSite()
  const known = [...LIST_PARAMETERS, ...(hiddenFields.includes('age') ? [] : AGE_PARAMETERS), ...PARAMETERS[format]]
  const unknown = Object.keys(params).filter((name) => !known.includes(name) && !known.includes(name.split('[', 1)[0] ?? ''))
  const errors: ParameterError[] = unknown.map((name) => ({
    name,
    reason: `is not a parameter of this address; it takes ${known.join(', ')}`,
  }))

  function read<Value>(name: string, parse: (text: string) => Value | undefined, reason: string, initial: Value): Value {
    const value = known.includes(name) && Object.hasOwn(params, name) ? params[name] : undefined
    if (value === undefined || value === '') return initial
    const parsed = typeof value === 'string' ? parse(value) : undefined
    if (parsed === undefined) errors.push({ name, reason: typeof value === 'string' ? reason : 'given more than once' })
    return parsed ?? initial
  }

  const { size: _, ...withoutSize } = params
  const { query, ignored } = parseUserListQuery(format === 'json' ? withoutSize : params, hiddenFields)
  errors.push(...ignored.filter(({ name }) => !unknown.includes(name)))
  const parameters = {
    query,
    isForExcel: read('for', (text) => text === 'excel' || undefined, 'must be excel', false),
    version: read('version', (text) => VCARD_VERSIONS.find((version) => version === text), `must be ${VCARD_VERSIONS.join(' or ')}`, '3.0'),
    size: format === 'json' ? read('size', parseSize, `must be a whole number from 1 to ${MAX_SIZE}`, DEFAULT_SIZE) : DEFAULT_SIZE,
    after: read('after', parsePosition, 'must be as in the address of the next page', null),
  }
  return { parameters, errors }
}

export function writePosition({ order, key, total }: PagePosition): string {
  return Buffer.from(JSON.stringify([order, key, total])).toString('base64url')
}

function parsePosition(text: string): PagePosition | undefined {
  try {
    const [order, key, total]: unknown[] = JSON.parse(Buffer.from(text, 'base64url').toString())
    return isCount(order) && (isCount(key) || isHex(key)) && isCount(total) ? { order, key, total } : undefined
  } catch {
    return undefined
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[\dA-F]{2})*$/.test(value)
}

function parseSize(text: string): number | undefined {
  return /^0*[1-9]\d{0,3}$/.test(text) && Number(text) <= MAX_SIZE ? Number(text) : undefined
}
